import { FIRST_KEPT_BYTES } from './limits.js';

/** Bytes that are collected in one buffer, up to a limit; in any pieces, at linear cost. */
export class KeptBytes {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;
  #overflowed = false;

  /** @param limit in bytes */
  constructor(private readonly limit: number) {}

  /** Whether there were more than the limit; nothing is kept then. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** What was collected; empty after an overflow. Not to be changed, nor to be added to. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  append(piece: Buffer): void {
    if (this.#overflowed) return;
    const wanted = this.#length + piece.length;
    if (wanted > this.limit) {
      this.#overflowed = true;
      this.#buffer = Buffer.alloc(0);
      this.#length = 0;
      return;
    }
    if (wanted > this.#buffer.length) this.#grow(wanted);
    piece.copy(this.#buffer, this.#length);
    this.#length = wanted;
  }

  #grow(wanted: number): void {
    const size = Math.max(wanted, 2 * this.#buffer.length, FIRST_KEPT_BYTES);
    const larger = Buffer.alloc(Math.min(size, this.limit));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
