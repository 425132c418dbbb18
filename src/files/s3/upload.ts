import { giveBack } from '../chunk-memory.js';
import { LargeUpload } from './large-upload.js';
import type { S3Bucket } from './s3-bucket.js';
import type { UploadMemory } from './upload-memory.js';

/** What is kept as it came; beyond that, memory for a whole part is worth its while. In bytes. */
const SMALL_BYTES = 512 * 1024;

/**
 * A content on its way into one object, which appears whole or not at all: in one request if it is
 * smaller than a part, otherwise in parts. Ends with `finish` or `abort`, whatever fails between.
 */
export class Upload {
  /** What came of a small one. */
  readonly #chunks: Buffer[] = [];
  /** What came of the next part of one that is not small. */
  #part: Buffer | undefined;
  #bytes = 0;
  #large: LargeUpload | undefined;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly memory: UploadMemory,
    private readonly key: string,
    private readonly partBytes: number,
  ) {}

  /** Takes the next bytes, which are its own from then on; resolves when there is room for more. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#staysSmallWith(chunk)) {
      this.memory.take(chunk.length);
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      return;
    }
    for (const one of [...this.#dropChunks(), chunk]) {
      await this.#pour(one);
      giveBack(one);
    }
  }

  /** @returns whether the object may be written a second time, later on */
  async finish(): Promise<boolean> {
    if (this.#large !== undefined) {
      if (this.#part !== undefined) await this.#send(this.#large, this.#part);
      await this.#large.finish();
      return false;
    }
    const whole = this.#part?.subarray(0, this.#bytes) ?? Buffer.concat(this.#chunks);
    const mayArriveAgain = await this.bucket.put(this.key, whole);
    this.#drop();
    return mayArriveAgain;
  }

  /** Leaves nothing behind; what cannot be removed now is for the cleaning. */
  async abort(): Promise<void> {
    this.#drop();
    await this.#large?.abort();
  }

  #staysSmallWith(chunk: Buffer): boolean {
    if (this.#part !== undefined || this.#large !== undefined) return false;
    const bytes = this.#bytes + chunk.length;
    return bytes <= SMALL_BYTES && bytes < this.partBytes;
  }

  async #pour(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length; ) {
      const taken = Math.min(chunk.length - from, this.partBytes - this.#bytes);
      this.memory.take(taken);
      this.#part ??= this.#large?.spare() ?? Buffer.allocUnsafeSlow(this.partBytes);
      chunk.copy(this.#part, this.#bytes, from, from + taken);
      this.#bytes += taken;
      from += taken;
      if (this.#bytes < this.partBytes) continue;
      this.#large ??= await LargeUpload.begin(this.bucket, this.memory, this.key);
      await this.#send(this.#large, this.#part);
    }
  }

  async #send(large: LargeUpload, part: Buffer): Promise<void> {
    await large.send(part, this.#bytes);
    this.#part = undefined;
    this.#bytes = 0;
  }

  #dropChunks(): readonly Buffer[] {
    if (this.#chunks.length === 0) return [];
    this.memory.give(this.#bytes);
    this.#bytes = 0;
    return this.#chunks.splice(0);
  }

  #drop(): void {
    this.memory.give(this.#bytes);
    this.#bytes = 0;
    this.#chunks.length = 0;
    this.#part = undefined;
  }
}
