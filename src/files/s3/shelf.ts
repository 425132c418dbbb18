import { createHash } from 'node:crypto';
import type { Clock } from '../../clock/clock.js';
import { authorOnceRead, ownErrors } from '../content-source.js';
import { FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
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
import { BucketError, hasFailed } from './bucket-errors.js';
import type { StoredHead } from './heads.js';
import type { Journal, JournalEntry } from './journal.js';
import type { Keys } from './keys.js';
import { formatRecord, freshRecordId, parseRecord } from './record.js';
import type { S3Bucket } from './s3-bucket.js';
import { Upload } from './upload.js';
import { UploadMemory } from './upload-memory.js';

/** Records that are remembered: about 10 MB. They never change. */
const MAX_RECORDS = 20_000;

/** A version that lies complete in the bucket. */
export interface Stored {
  readonly record: StoredRecord;
  /** Whether its content may be written a second time, later on, also when it was removed since. */
  readonly mayArriveAgain: boolean;
}

/** Contents and their records: each an object of its own, written once under an id of its own. */
export class Shelf {
  readonly #memory = new UploadMemory();
  readonly #records = new Map<ContentId, StoredRecord>();

  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly failpoints: Failpoints,
    private readonly limits: { readonly maxFileBytes: number; readonly partBytes: number },
  ) {}

  /**
   * Stores a content as the version after `from`.
   * @throws {SourceFailed} with the error of `source`, or of who tells the request's id, as its cause
   */
  async store(
    from: Head,
    source: AsyncIterable<Buffer>,
    author: Author,
    { requestId, ...details }: StagingDetails,
  ): Promise<Stored> {
    const entry = entryOf(from, details.version);
    const key = this.keys.content(from.name, entry.id);
    const upload = new Upload(this.bucket, this.#memory, key, this.limits.partBytes);
    // While the content arrives; awaited before anything appears that it is to lead to.
    const noted = this.journal.note(entry);
    noted.catch(() => undefined);
    try {
      const content = await this.#read(source, upload);
      const known = await authorOnceRead(author, requestId);
      await noted;
      await this.failpoints.hit('stage.content-written');
      const mayArriveAgain = await upload.finish();
      await this.failpoints.hit('stage.content-placed');
      const parts = { id: entry.id, from, author: known, content };
      const record = await this.#place(this.#record(parts, entry, details));
      return { record, mayArriveAgain };
    } catch (error) {
      await this.#undo(entry, upload, noted, hasFailed(error, 'unclear'));
      throw error;
    }
  }

  async storeDeletion(from: Head, author: Author, details: StagingDetails): Promise<Stored> {
    const entry = entryOf(from, details.version);
    await this.journal.note(entry);
    const parts = { id: entry.id, from, author, content: NO_CONTENT };
    const record = await this.#place(this.#record(parts, entry, details));
    return { record, mayArriveAgain: false };
  }

  /** The record; undefined if it was removed. */
  async record(name: FileName, id: ContentId): Promise<StoredRecord | undefined> {
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    const key = this.keys.record(name, id);
    const object = await this.bucket.get(key);
    if (object === undefined) return undefined;
    return this.#remember(parseRecord(key, object.bytes));
  }

  /** Whether the record of a version is still there, or was removed with its content. */
  async hasRecord({ name, id }: StoredRecord): Promise<boolean> {
    return await this.bucket.has(this.keys.record(name, id));
  }

  /** The versions up to `head`, newest first, as far back as records are kept. */
  async *chain({ head, record }: StoredHead): AsyncGenerator<StoredRecord, void, undefined> {
    let next = record;
    while (next !== undefined) {
      yield next;
      next = next.predecessor && (await this.record(head.name, next.predecessor));
    }
  }

  async removeContent(name: FileName, id: ContentId): Promise<void> {
    await this.bucket.remove(this.keys.content(name, id));
  }

  /** The content goes first, so that it never lies there without its record. */
  async remove(name: FileName, id: ContentId): Promise<void> {
    await this.removeContent(name, id);
    await this.bucket.remove(this.keys.record(name, id));
    this.#records.delete(id);
  }

  async #read(source: AsyncIterable<Buffer>, upload: Upload): Promise<ContentSum> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of ownErrors(source)) {
      size += chunk.length;
      if (size > this.limits.maxFileBytes) throw new FileTooBig(this.limits.maxFileBytes);
      hash.update(chunk);
      await upload.write(chunk);
    }
    return { size, sha256: hash.digest('hex') };
  }

  async #place(record: StoredRecord): Promise<StoredRecord> {
    await this.bucket.put(this.keys.record(record.name, record.id), formatRecord(record));
    await this.failpoints.hit('stage.record-placed');
    return this.#remember(record);
  }

  /** What cannot be removed now, or may only arrive, stands in the journal, for the cleaning. */
  async #undo(
    entry: JournalEntry,
    upload: Upload,
    noted: Promise<void>,
    mayArrive: boolean,
  ): Promise<void> {
    try {
      await upload.abort();
      await noted;
      await this.remove(entry.name, entry.id);
      if (!mayArrive) await this.journal.strike(entry.id);
    } catch (error) {
      if (!(error instanceof BucketError || error instanceof FileStoreUnavailable)) throw error;
    }
  }

  #record(
    parts: Omit<NewVersion, 'version' | 'modified'>,
    { version }: JournalEntry,
    { modified = this.clock.epochMicros() }: StagingDetails,
  ): StoredRecord {
    return storedRecord({ ...parts, version, modified });
  }

  #remember(record: StoredRecord): StoredRecord {
    this.#records.delete(record.id);
    this.#records.set(record.id, record);
    if (this.#records.size > MAX_RECORDS) {
      const [oldest] = this.#records.keys();
      if (oldest !== undefined) this.#records.delete(oldest);
    }
    return record;
  }
}

function entryOf({ name, version, nonce }: Head, numbered: number = version + 1): JournalEntry {
  return { id: freshRecordId(), name, version: numbered, from: nonce };
}
