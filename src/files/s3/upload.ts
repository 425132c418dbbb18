import { LargeUpload } from './large-upload.js';
import type { S3Bucket } from './s3-bucket.js';
import type { UploadMemory } from './upload-memory.js';

/**
 * A content on its way into one object, which appears whole or not at all: in one request if it is
 * smaller than a part, otherwise in parts. Ends with `finish` or `abort`, whatever fails between.
 */
export class Upload {
  /** What came, as it came, until it is known to be large. */
  readonly #chunks: Buffer[] = [];
  /** What is collected of the next part. */
  #bytes = 0;
  #large: LargeUpload | undefined;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly memory: UploadMemory,
    private readonly key: string,
    private readonly partBytes: number,
  ) {}

  /** Takes the next bytes; resolves when there is room for more. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#large !== undefined) return await this.#large.write(chunk);
    this.memory.take(chunk.length);
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.partBytes) return;
    const uploadId = await this.bucket.beginUpload(this.key);
    this.#large = new LargeUpload(this.bucket, this.memory, this.key, uploadId, this.partBytes);
    for (const one of this.#drop()) await this.#large.write(one);
  }

  async finish(): Promise<void> {
    if (this.#large !== undefined) return await this.#large.finish();
    await this.bucket.put(this.key, Buffer.concat(this.#chunks));
    this.#drop();
  }

  /** Leaves nothing behind; what cannot be removed now is for the cleaning. */
  async abort(): Promise<void> {
    this.#drop();
    await this.#large?.abort();
  }

  #drop(): readonly Buffer[] {
    this.memory.give(this.#bytes);
    this.#bytes = 0;
    return this.#chunks.splice(0);
  }
}
