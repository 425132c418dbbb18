import type { S3Bucket, UploadedPart } from './s3-bucket.js';
import type { UploadMemory } from './upload-memory.js';

/** Parts of one content that are sent at a time, while a further one is collected. */
const MAX_PARTS_IN_FLIGHT = 2;

/**
 * A content that goes up in parts. They are collected in the same few buffers again and again: new
 * ones for each would be garbage faster than it is collected.
 */
export class LargeUpload {
  #count = 0;
  readonly #spare: Buffer[] = [];
  readonly #sent: UploadedPart[] = [];
  readonly #sending = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  private constructor(
    private readonly bucket: S3Bucket,
    private readonly memory: UploadMemory,
    private readonly key: string,
    private readonly uploadId: string,
  ) {}

  static async begin(bucket: S3Bucket, memory: UploadMemory, key: string): Promise<LargeUpload> {
    return new LargeUpload(bucket, memory, key, await bucket.beginUpload(key));
  }

  /** A buffer that was sent and may be filled again, if there is one. */
  spare(): Buffer | undefined {
    return this.#spare.pop();
  }

  /**
   * Sends the first `length` bytes of a buffer, which is its own from then on, as their memory is to
   * give back.
   * @returns when the next part may be collected
   */
  async send(part: Buffer, length: number): Promise<void> {
    while (this.#sending.size >= MAX_PARTS_IN_FLIGHT) await Promise.race(this.#sending);
    if (this.#failed !== undefined) throw this.#failed.error;
    const sending = this.#put(++this.#count, part, length);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async finish(): Promise<void> {
    await Promise.all(this.#sending);
    if (this.#failed !== undefined) throw this.#failed.error;
    const parts = this.#sent.toSorted((a, b) => a.number - b.number);
    await this.bucket.completeUpload(this.key, this.uploadId, parts);
  }

  async abort(): Promise<void> {
    // A part that arrives after the upload was aborted would stay.
    await Promise.all(this.#sending);
    await this.bucket.abortUpload(this.key, this.uploadId);
  }

  async #put(number: number, part: Buffer, length: number): Promise<void> {
    try {
      const bytes = part.subarray(0, length);
      this.#sent.push(await this.bucket.putPart(this.key, this.uploadId, number, bytes));
      this.#spare.push(part);
    } catch (error) {
      this.#failed ??= { error };
    } finally {
      this.memory.give(length);
    }
  }
}
