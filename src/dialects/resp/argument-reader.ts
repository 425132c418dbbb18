import type { Input } from './input.js';

const EMPTY = Buffer.alloc(0);

/** First allocation for an argument in pieces: what most arguments fit in. */
const SMALLEST_BUFFER_BYTES = 64;

/**
 * Collects the bytes of one argument after the other. One that lies whole in a read is not copied;
 * one in pieces is gathered in a buffer that grows with what arrived, not with what was declared,
 * so that a declared length alone costs nothing.
 */
export class ArgumentReader {
  #length = 0;
  #filled = 0;
  #buffer: Buffer = EMPTY;

  /** Declared bytes that are not here yet. */
  get missing(): number {
    return this.#length - this.#filled;
  }

  /** To be called when the one before is whole. */
  begin(length: number): void {
    this.#length = length;
    this.#filled = 0;
  }

  /** Lets go of an argument that will never be whole. */
  reset(): void {
    this.begin(0);
    this.#buffer = EMPTY;
  }

  /** The argument when it is whole; undefined if more bytes are needed. */
  read(input: Input): Buffer | undefined {
    while (this.#filled < this.#length) {
      const piece = input.take(this.missing);
      if (piece === undefined) return undefined;
      if (piece.length === this.#length) this.#buffer = piece;
      else this.#append(piece);
      this.#filled += piece.length;
    }
    const whole = this.#buffer;
    // Else an idle connection would keep the read alive that its last argument lay in.
    this.#buffer = EMPTY;
    return whole;
  }

  #append(piece: Buffer): void {
    const needed = this.#filled + piece.length;
    if (needed > this.#buffer.length) {
      const room = Math.min(this.#length, Math.max(2 * needed, SMALLEST_BUFFER_BYTES));
      const larger = Buffer.allocUnsafe(room);
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    piece.copy(this.#buffer, this.#filled);
  }
}
