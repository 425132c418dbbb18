import type { Clock } from '../../clock/clock.js';
import type { Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import type { StoredRecord } from '../stored-record.js';
import type { ContentShelf } from './content-shelf.js';

/** The versions that count as kept. */
export class History {
  constructor(
    private readonly shelf: ContentShelf,
    private readonly clock: Clock,
    private readonly keeping: Keeping,
  ) {}

  /** From the newest to the oldest kept content, with the deletions between them. */
  async kept(head: Head): Promise<readonly StoredRecord[]> {
    const kept: StoredRecord[] = [];
    const nowMicros = this.clock.epochMicros();
    const endOf = this.keeping.walk();
    for await (const record of this.shelf.chain(head)) {
      if (endOf(record) <= nowMicros) break;
      kept.push(record);
    }
    return kept;
  }

  /** The record of one version, kept or not; undefined where its record is gone. */
  async version(head: Head, version: number): Promise<StoredRecord | undefined> {
    for await (const record of this.shelf.chain(head)) {
      if (record.version === version) return record;
      if (record.version < version) return undefined;
    }
    return undefined;
  }
}
