import type { Log } from '../../telemetry/log.js';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';
import { isCount, parseObject } from '../json-fields.js';
import type { Keys } from './keys.js';
import { damaged } from './record.js';
import type { S3Bucket } from './s3-bucket.js';

/** Entries that are struck at a time. */
const MAX_STRIKING = 1_000;

/** A version that is about to be stored, or pushed older ones out that wait for their pruning. */
export interface JournalEntry {
  readonly id: ContentId;
  readonly name: FileName;
  readonly version: number;
  /** The nonce of the only head it can be swapped from. */
  readonly from: string;
}

export interface JournalLine {
  readonly id: ContentId;
  readonly notedMs: number;
}

/**
 * Says which versions may need cleaning should their process die, so that the cleaning need not
 * look through the whole bucket: noted before a version is stored, struck once nothing is left to do.
 */
export class Journal {
  readonly #striking = new Set<Promise<void>>();

  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
    private readonly log: Log,
  ) {}

  async note(entry: JournalEntry): Promise<void> {
    const text = JSON.stringify({ format: 1, ...entry });
    await this.bucket.put(this.keys.journalEntry(entry.id), Buffer.from(text));
  }

  async strike(id: ContentId): Promise<void> {
    await this.bucket.remove(this.keys.journalEntry(id));
  }

  /** After the reply; what fails, or is too much at once, is left to the next sweep. */
  strikeLater(id: ContentId): void {
    if (this.#striking.size >= MAX_STRIKING) return;
    const striking = this.strike(id).catch((err: unknown) => {
      this.log.warn('journal.left', 'An entry of the journal is left to the next sweep', { err });
    });
    this.#striking.add(striking);
    void striking.then(() => this.#striking.delete(striking));
  }

  /** Resolves when no entry is being struck. */
  async idle(): Promise<void> {
    await Promise.all(this.#striking);
  }

  async *lines(): AsyncGenerator<JournalLine, void, undefined> {
    for await (const { key, modifiedMs } of this.bucket.walk(this.keys.journal)) {
      yield { id: key.slice(this.keys.journal.length) as ContentId, notedMs: modifiedMs };
    }
  }

  /** Undefined if it was struck. */
  async entry(id: ContentId): Promise<JournalEntry | undefined> {
    const key = this.keys.journalEntry(id);
    const object = await this.bucket.get(key);
    if (object === undefined) return undefined;
    const { name, version, from } = parseObject(object.bytes.toString('utf8'));
    if (typeof name !== 'string' || typeof from !== 'string' || !isCount(version)) {
      return damaged(key);
    }
    return { id, name: name as FileName, version, from };
  }
}
