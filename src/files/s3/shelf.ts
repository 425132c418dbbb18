import { createHash } from 'node:crypto';
import type { Clock } from '../../clock/clock.js';
import { FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { Author, RequestIdSource } from '../file-store.js';
import type { ContentId, Head } from '../head.js';
import { BucketError } from './bucket-errors.js';
import type { StoredHead } from './heads.js';
import type { Journal, JournalEntry } from './journal.js';
import type { Keys } from './keys.js';
import { formatRecord, freshRecordId, parseRecord, type StoredRecord } from './record.js';
import type { S3Bucket } from './s3-bucket.js';
import { Upload } from './upload.js';
import { UploadMemory } from './upload-memory.js';

/** Records that are remembered: about 10 MB. They never change. */
const MAX_RECORDS = 20_000;

/** The content to be stored could not be had; its error is the caller's own, not the store's. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';
}

/** What a record may say otherwise than by default. */
export interface Details {
  /** One above that of the head if absent. */
  readonly version?: number;
  /** Microseconds since the epoch; now if absent. */
  readonly modified?: number;
  /** In place of the author's own; asked once the content has been read. */
  readonly requestId?: RequestIdSource;
}

interface Body {
  readonly size: number;
  readonly sha256: string;
}

const NO_BODY: Body = { size: 0, sha256: createHash('sha256').digest('hex') };

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
    { requestId, ...details }: Details,
  ): Promise<StoredRecord> {
    const entry = entryOf(from, details.version);
    const key = this.keys.content(from.name, entry.id);
    const upload = new Upload(this.bucket, this.#memory, key, this.limits.partBytes);
    // While the content arrives; awaited before anything appears that it is to lead to.
    const noted = this.journal.note(entry);
    noted.catch(() => undefined);
    try {
      const body = await this.#read(source, upload);
      const known = requestId === undefined ? author : await renamed(author, requestId);
      await noted;
      await this.failpoints.hit('stage.content-written');
      await upload.finish();
      await this.failpoints.hit('stage.content-placed');
      return await this.#place(this.#describe(entry, from, known, body, details.modified));
    } catch (error) {
      await this.#undo(entry, upload, noted);
      throw error;
    }
  }

  async storeDeletion(
    from: Head,
    author: Author,
    { version, modified }: Details,
  ): Promise<StoredRecord> {
    const entry = entryOf(from, version);
    await this.journal.note(entry);
    return await this.#place(this.#describe(entry, from, author, NO_BODY, modified));
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

  async #read(source: AsyncIterable<Buffer>, upload: Upload): Promise<Body> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of marked(source)) {
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

  /** What cannot be removed now stands in the journal, for the cleaning. */
  async #undo(entry: JournalEntry, upload: Upload, noted: Promise<void>): Promise<void> {
    try {
      await upload.abort();
      await noted;
      await this.remove(entry.name, entry.id);
      await this.journal.strike(entry.id);
    } catch (error) {
      if (!(error instanceof BucketError || error instanceof FileStoreUnavailable)) throw error;
    }
  }

  #describe(
    entry: JournalEntry,
    from: Head,
    author: Author,
    body: Body,
    modified: number | undefined,
  ): StoredRecord {
    return {
      id: entry.id,
      name: from.name,
      version: entry.version,
      deleted: body === NO_BODY,
      size: body.size,
      sha256: body.sha256,
      modified: modified ?? this.clock.epochMicros(),
      session: author.session,
      token: author.token,
      predecessor: from.record,
      from: from.nonce,
      ...(author.requestId === undefined ? {} : { requestId: author.requestId }),
    };
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

/** The same chunks; an error of their own is told apart from errors of the bucket. */
async function* marked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* source;
  } catch (cause) {
    throw new SourceFailed('the content could not be read to its end', { cause });
  }
}

/** The author of a request whose id is told only now. */
async function renamed({ session, token }: Author, requestId: RequestIdSource): Promise<Author> {
  try {
    const id = await requestId();
    return id === undefined ? { session, token } : { session, token, requestId: id };
  } catch (cause) {
    throw new SourceFailed('what follows the content could not be read', { cause });
  }
}
