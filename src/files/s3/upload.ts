import { FileStoreUnavailable } from '../errors.js';
import type { S3Bucket, UploadedPart } from './s3-bucket.js';

/** Parts of one content that are sent at a time, while a further one is collected. */
const MAX_PARTS_IN_FLIGHT = 2;

/**
 * What all uploads of a process together may hold in memory, in bytes. One of a large content holds
 * up to three parts; a slow client's holds what it has sent of a part.
 */
export const UPLOAD_MEMORY_BYTES = 768 * 1024 * 1024;

/** The memory that uploads share. */
export class UploadMemory {
  #usedBytes = 0;

  constructor(private readonly limitBytes: number = UPLOAD_MEMORY_BYTES) {}

  /** @throws {FileStoreUnavailable} if it is used up: waiting for others could be for ever */
  take(bytes: number): void {
    if (this.#usedBytes + bytes > this.limitBytes) {
      throw new FileStoreUnavailable('too many uploads at once: try again later', false);
    }
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}

/**
 * A content on its way into one object, which appears whole or not at all: in one request if it
 * fits into one, otherwise in parts. Ends with `finish` or `abort`, whatever fails between.
 */
export class Upload {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #uploadId: string | undefined;
  readonly #parts: UploadedPart[] = [];
  readonly #sending = new Set<Promise<void>>();
  #count = 0;
  #failed: { readonly error: unknown } | undefined;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly memory: UploadMemory,
    private readonly key: string,
    private readonly partBytes: number,
  ) {}

  /** Takes the next bytes; resolves when there is room for more. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed.error;
    this.memory.take(chunk.length);
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= this.partBytes) await this.#sendPart(this.partBytes);
  }

  async finish(): Promise<void> {
    if (this.#uploadId === undefined) {
      await this.bucket.put(this.key, Buffer.concat(this.#chunks));
      this.#drop();
      return;
    }
    if (this.#bytes > 0) await this.#sendPart(this.#bytes);
    await Promise.all(this.#sending);
    if (this.#failed !== undefined) throw this.#failed.error;
    const parts = this.#parts.toSorted((a, b) => a.number - b.number);
    await this.bucket.completeUpload(this.key, this.#uploadId, parts);
  }

  /** Leaves nothing behind; what cannot be removed now is for the cleaning. */
  async abort(): Promise<void> {
    await Promise.all(this.#sending);
    this.#drop();
    if (this.#uploadId !== undefined) await this.bucket.abortUpload(this.key, this.#uploadId);
  }

  async #sendPart(length: number): Promise<void> {
    this.#uploadId ??= await this.bucket.beginUpload(this.key);
    while (this.#sending.size >= MAX_PARTS_IN_FLIGHT) await Promise.race(this.#sending);
    if (this.#failed !== undefined) throw this.#failed.error;
    const all = Buffer.concat(this.#chunks);
    // A copy: a view would keep the whole part in memory.
    this.#chunks = all.length > length ? [Buffer.from(all.subarray(length))] : [];
    this.#bytes -= length;
    this.#count++;
    const sending = this.#put(this.#uploadId, this.#count, all.subarray(0, length));
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async #put(uploadId: string, number: number, bytes: Buffer): Promise<void> {
    try {
      this.#parts.push(await this.bucket.putPart(this.key, uploadId, number, bytes));
    } catch (error) {
      this.#failed ??= { error };
    } finally {
      this.memory.give(bytes.length);
    }
  }

  #drop(): void {
    this.memory.give(this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
  }
}
