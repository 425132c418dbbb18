import { giveBack } from '../chunk-memory.js';
import type { S3Bucket, UploadedPart } from './s3-bucket.js';
import type { UploadMemory } from './upload-memory.js';

/** Parts of one content that are sent at a time, while a further one is collected. */
const MAX_PARTS_IN_FLIGHT = 2;

/**
 * A content that goes up in parts. Its parts are collected in the same few buffers again and again:
 * new ones for each would be garbage faster than it is collected.
 */
export class LargeUpload {
  #part: Buffer | undefined;
  #bytes = 0;
  #count = 0;
  readonly #spare: Buffer[] = [];
  readonly #sent: UploadedPart[] = [];
  readonly #sending = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly memory: UploadMemory,
    private readonly key: string,
    private readonly uploadId: string,
    private readonly partBytes: number,
  ) {}

  /** Takes the next bytes; resolves when there is room for more. */
  async write(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length; ) {
      if (this.#failed !== undefined) throw this.#failed.error;
      const taken = Math.min(chunk.length - from, this.partBytes - this.#bytes);
      this.memory.take(taken);
      this.#part ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.partBytes);
      chunk.copy(this.#part, this.#bytes, from, from + taken);
      this.#bytes += taken;
      from += taken;
      if (this.#bytes === this.partBytes) await this.#send(this.#part);
    }
    giveBack(chunk);
  }

  async finish(): Promise<void> {
    if (this.#part !== undefined) await this.#send(this.#part);
    await Promise.all(this.#sending);
    if (this.#failed !== undefined) throw this.#failed.error;
    const parts = this.#sent.toSorted((a, b) => a.number - b.number);
    await this.bucket.completeUpload(this.key, this.uploadId, parts);
  }

  async abort(): Promise<void> {
    this.memory.give(this.#bytes);
    this.#bytes = 0;
    this.#part = undefined;
    // A part that arrives after the upload was aborted would stay.
    await Promise.all(this.#sending);
    await this.bucket.abortUpload(this.key, this.uploadId);
  }

  /** Resolves when the next part may be collected. */
  async #send(part: Buffer): Promise<void> {
    while (this.#sending.size >= MAX_PARTS_IN_FLIGHT) await Promise.race(this.#sending);
    if (this.#failed !== undefined) throw this.#failed.error;
    const sending = this.#put(++this.#count, part, this.#bytes);
    this.#part = undefined;
    this.#bytes = 0;
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
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
