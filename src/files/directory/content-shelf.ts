import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock/clock.js';
import { authorOnceRead, ownErrors } from '../content-source.js';
import { FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { Author } from '../file-store.js';
import type { ContentId, Head } from '../head.js';
import type { StagingDetails } from '../staging-file-store.js';
import {
  type ContentSum,
  type NewVersion,
  NO_CONTENT,
  type StoredRecord,
  storedRecord,
} from '../stored-record.js';
import { ContentSink } from './content-sink.js';
import { hasCode } from './disk-errors.js';
import type { Durable } from './durable.js';
import type { HashThread } from './hash-thread.js';
import { freshRecordId } from './head-name.js';
import type { Layout } from './layout.js';
import { formatRecord, parseRecord } from './record.js';

/**
 * Contents and their records. Both are written aside, made durable and only then renamed into
 * their shard, the record first: a content on the shelf always has its record, which says from
 * which head it may still be published, and a cleaner that removes something half-written makes
 * its writer fail instead of publishing it.
 */
export class ContentShelf {
  /** Shards known to stand, durably. */
  readonly #shards = new Set<string>();

  constructor(
    private readonly layout: Layout,
    private readonly durable: Durable,
    private readonly clock: Clock,
    private readonly failpoints: Failpoints,
    private readonly maxFileBytes: number,
    private readonly hashThread: HashThread,
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
  ): Promise<StoredRecord> {
    const id = freshRecordId('content');
    const aside = join(this.layout.prepared, id);
    try {
      await this.#ensureShard(id);
      const content = await this.#write(aside, source);
      await this.failpoints.hit('stage.content-written');
      const known = await authorOnceRead(author, requestId);
      const record = this.#record({ id, from, author: known, content }, details);
      await this.#placeRecord(record);
      await rename(aside, this.layout.content(id));
      await this.failpoints.hit('stage.content-placed');
      await this.durable.folder(this.layout.shard(id));
      return record;
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
      const record = this.#record({ id, from, author, content: NO_CONTENT }, details);
      await this.#placeRecord(record);
      await this.durable.folder(this.layout.shard(id));
      return record;
    } catch (error) {
      await this.remove(id);
      throw await this.#explained(error);
    }
  }

  /** The content, open for reading; undefined if it was removed. */
  async open(id: ContentId): Promise<FileHandle | undefined> {
    try {
      return await open(this.layout.content(id), 'r');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** The record; undefined if it was removed. */
  async record(id: ContentId): Promise<StoredRecord | undefined> {
    try {
      return parseRecord(id, await readFile(this.layout.record(id), 'utf8'));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
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

  async removeContent(id: ContentId): Promise<void> {
    await rm(this.layout.content(id), { force: true });
  }

  /** The content goes first, so that it never lies there without its record. */
  async remove(id: ContentId): Promise<void> {
    await this.removeContent(id);
    await rm(this.layout.record(id), { force: true });
  }

  async #ensureShard(id: ContentId): Promise<void> {
    const shard = this.layout.shard(id);
    if (this.#shards.has(shard)) return;
    try {
      await mkdir(shard);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    await this.durable.folder(this.layout.contents);
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

  async #write(path: string, source: AsyncIterable<Buffer>): Promise<ContentSum> {
    const handle = await open(path, 'wx');
    const sink = new ContentSink(handle, this.hashThread, () => this.durable.file(handle));
    try {
      for await (const chunk of ownErrors(source)) {
        if (sink.size + chunk.length > this.maxFileBytes) throw new FileTooBig(this.maxFileBytes);
        await sink.write(chunk);
      }
      return await sink.finish();
    } catch (error) {
      await sink.abandon();
      throw error;
    } finally {
      await handle.close();
    }
  }

  #record(
    parts: Omit<NewVersion, 'version' | 'modified'>,
    { version, modified = this.clock.epochMicros() }: StagingDetails,
  ): StoredRecord {
    return storedRecord({ ...parts, version, modified });
  }

  async #placeRecord(record: StoredRecord): Promise<void> {
    const aside = join(this.layout.prepared, `${record.id}.json`);
    try {
      const handle = await open(aside, 'wx');
      try {
        await handle.writeFile(formatRecord(record));
        await this.durable.file(handle);
      } finally {
        await handle.close();
      }
      await rename(aside, this.layout.record(record.id));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await this.failpoints.hit('stage.record-placed');
  }
}
