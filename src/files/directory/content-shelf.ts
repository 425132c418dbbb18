import { hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock/clock.js';
import { authorOnceRead } from '../content-source.js';
import { FileStoreUnavailable } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { Author } from '../file-store.js';
import type { ContentId, Head } from '../head.js';
import type { StagingDetails } from '../staging-file-store.js';
import { NO_CONTENT, type StoredRecord, storedRecord } from '../stored-record.js';
import type { ContentReceiver } from './content-receiver.js';
import { hasCode } from './disk-errors.js';
import type { Durable } from './durable.js';
import { freshRecordId } from './head-name.js';
import type { Layout } from './layout.js';
import type { QuickDisk } from './quick-disk.js';
import { formatRecord, isBlankRecord, parseRecorded, type Recorded } from './record.js';

/** A record, with its content where that is small and there. */
export interface Shelved {
  readonly record: StoredRecord;
  readonly whole: Buffer | undefined;
}

/**
 * Contents and their records. A small content lies behind its record in one file, any other in a file
 * of its own; earlier builds wrote no other kind. Both are written aside and renamed into their shard when
 * they are whole, the record first: a content on the shelf always has its record, which says from
 * which head it may still be published, and a cleaner that removes something half-written makes its
 * writer fail instead of publishing it. All of it is durable before it may be published; of a small
 * content file and shard are made so together, so that the disk is waited for once.
 */
export class ContentShelf {
  /** Shards known to stand, durably. */
  readonly #shards = new Set<string>();

  constructor(
    private readonly layout: Layout,
    private readonly durable: Durable,
    private readonly disk: QuickDisk,
    private readonly clock: Clock,
    private readonly failpoints: Failpoints,
    private readonly receiver: ContentReceiver,
  ) {}

  /**
   * Stores a content as the version after `from`, complete and durable.
   * @throws {SourceFailed} with the error of `source`, or of who tells the request's id, as its cause
   */
  async store(
    from: Head,
    source: AsyncIterable<Buffer>,
    author: Author,
    { requestId, ...details }: StagingDetails = {},
  ): Promise<Shelved> {
    const id = freshRecordId('content');
    const aside = join(this.layout.prepared, id);
    try {
      await this.#ensureShard(id);
      const content = await this.receiver.receive(source, aside);
      if (content.whole === undefined) await this.failpoints.hit('stage.content-written');
      const known = await authorOnceRead(author, requestId);
      const record = this.#record(id, from, known, content, details);
      if (content.whole !== undefined) {
        return { record, whole: await this.#placeSmall(record, aside, content.whole) };
      }
      await this.#placeRecord(record);
      await this.disk.rename(aside, this.layout.content(id));
      await this.failpoints.hit('stage.content-placed');
      await this.durable.foldersAhead(this.layout.shard(id));
      return { record, whole: undefined };
    } catch (error) {
      await rm(aside, { force: true });
      await this.remove(id);
      throw await this.#explained(error);
    }
  }

  async storeDeletion(
    from: Head,
    author: Author,
    details: StagingDetails = {},
  ): Promise<StoredRecord> {
    const id = freshRecordId('deletion');
    try {
      await this.#ensureShard(id);
      const record = this.#record(id, from, author, NO_CONTENT, details);
      await this.#placeRecord(record);
      await this.durable.foldersAhead(this.layout.shard(id));
      return record;
    } catch (error) {
      await this.remove(id);
      throw await this.#explained(error);
    }
  }

  /**
   * The record, and its content if that is small; undefined if the record was removed.
   * @throws {FileStoreUnavailable} if the record is damaged, or a part of the content is missing
   */
  async look(id: ContentId): Promise<Shelved | undefined> {
    let recorded = await this.#read(id);
    // Seen while it is pruned a content may be half there.
    if (recorded !== undefined && !isWhole(recorded)) recorded = await this.#read(id);
    if (recorded === undefined) return undefined;
    const { record, inside } = recorded;
    if (inside === undefined || isPruned(recorded)) return { record, whole: undefined };
    if (inside.length < record.size) {
      throw new FileStoreUnavailable(
        'a stored content is shorter than recorded: restore it from a backup',
        false,
      );
    }
    return { record, whole: inside.subarray(0, record.size) };
  }

  /** A content with a file of its own, open for reading; undefined if it was removed. */
  async open(id: ContentId): Promise<FileHandle | undefined> {
    try {
      return await open(this.layout.content(id), 'r');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** How much of a content is there; undefined if it was removed. */
  async storedBytes(id: ContentId): Promise<number | undefined> {
    const recorded = await this.#read(id);
    if (recorded?.inside !== undefined) {
      return isPruned(recorded) ? undefined : recorded.inside.length;
    }
    try {
      return (await stat(this.layout.content(id))).size;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** The record; undefined if it was removed. */
  async record(id: ContentId): Promise<StoredRecord | undefined> {
    return (await this.#read(id))?.record;
  }

  /** Whether a power cut left a record of which nothing came to the disk: it was never published. */
  async isBlank(id: ContentId): Promise<boolean> {
    // What cannot be read may hold anything.
    const bytes = await this.disk.read(this.layout.record(id)).catch(() => undefined);
    return bytes !== undefined && isBlankRecord(bytes);
  }

  /** The versions up to `head`, newest first, as far back as records are kept. */
  async *chain(head: Head): AsyncGenerator<StoredRecord, void, undefined> {
    let id = head.record;
    while (id !== undefined) {
      const record = await this.record(id);
      if (record === undefined) return;
      yield record;
      id = record.predecessor;
    }
  }

  /** Leaves its record. */
  async removeContent(id: ContentId): Promise<void> {
    const recorded = await this.#read(id);
    if (recorded?.inside === undefined) {
      await rm(this.layout.content(id), { force: true });
    } else if (recorded.inside.length > 0) {
      // In place, so that no power cut finds the record half-written in another file.
      await truncate(this.layout.record(id), recorded.lineBytes).catch(unlessGone);
    }
  }

  /** The content goes first, so that it never lies there without its record. */
  async remove(id: ContentId): Promise<void> {
    await rm(this.layout.content(id), { force: true });
    await rm(this.layout.record(id), { force: true });
  }

  async #read(id: ContentId): Promise<Recorded | undefined> {
    const bytes = await this.disk.read(this.layout.record(id));
    return bytes && parseRecorded(id, bytes);
  }

  async #ensureShard(id: ContentId): Promise<void> {
    const shard = this.layout.shard(id);
    if (this.#shards.has(shard)) return;
    try {
      await mkdir(shard);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    await this.durable.foldersAhead(this.layout.contents);
    this.#shards.add(shard);
  }

  /** Where the store still stands, what is not found was taken away while it was being written. */
  async #explained(error: unknown): Promise<unknown> {
    if (!hasCode(error, 'ENOENT')) return error;
    this.#shards.clear();
    await Promise.all([this.layout.contents, this.layout.prepared].map((folder) => stat(folder)));
    return new FileStoreUnavailable(
      'what was being stored was taken for the leftover of a dead process: send it again',
      false,
      { cause: error },
    );
  }

  #record(
    id: ContentId,
    from: Head,
    author: Author,
    content: { readonly size: number; readonly sha256: string },
    { version, modified = this.clock.epochMicros() }: StagingDetails,
  ): StoredRecord {
    return storedRecord({ id, from, author, content, version, modified });
  }

  /** @returns the content as it was written */
  async #placeSmall(record: StoredRecord, aside: string, whole: Buffer): Promise<Buffer> {
    const bytes = formatRecord(record, whole);
    await this.disk.write(aside, bytes, async (file) => {
      await this.failpoints.hit('stage.content-written');
      await this.disk.rename(aside, this.layout.record(record.id));
      await this.failpoints.hit('stage.content-placed');
      await this.durable.fileWithFolderAhead(file, this.layout.shard(record.id));
    });
    return bytes.subarray(bytes.length - whole.length);
  }

  async #placeRecord(record: StoredRecord): Promise<void> {
    const aside = join(this.layout.prepared, `${record.id}.json`);
    try {
      await this.disk.write(aside, formatRecord(record), (file) => this.durable.file(file));
      await this.disk.rename(aside, this.layout.record(record.id));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await this.failpoints.hit('stage.record-placed');
  }
}

/** Whether there is nothing in the file that would have to be read again. */
function isWhole({ record, inside }: Recorded): boolean {
  if (inside === undefined || inside.length === 0) return true;
  return hash('sha256', inside.subarray(0, record.size)) === record.sha256;
}

function isPruned({ record, inside }: Recorded): boolean {
  return inside?.length === 0 && record.size > 0;
}

function unlessGone(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}
