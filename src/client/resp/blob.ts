import { ProtocolError } from '../errors.js';

/** Takes a bulk string piece by piece. */
export interface BulkSink {
  /** The bytes belong to the sink from then on. */
  chunk(bytes: Buffer): void;
  end(): void;
}

const CR = 0x0d;
const LF = 0x0a;

/** The body of a length-prefixed string on its way in, together with the CRLF behind it. */
export class Blob {
  #left: number;
  #trailer = 0;

  constructor(
    size: number,
    readonly sink: BulkSink,
  ) {
    this.#left = size;
  }

  get whole(): boolean {
    return this.#trailer === 2;
  }

  /** Takes what is its own from `bytes`, starting at `at`; returns where the rest begins. */
  take(bytes: Buffer, at: number): number {
    let next = at;
    if (this.#left > 0) {
      const piece = bytes.subarray(next, next + this.#left);
      this.#left -= piece.length;
      next += piece.length;
      this.sink.chunk(piece);
    }
    while (this.#left === 0 && this.#trailer < 2 && next < bytes.length) {
      if (bytes[next] !== (this.#trailer === 0 ? CR : LF)) {
        throw new ProtocolError('a string of the reply is longer than announced');
      }
      this.#trailer += 1;
      next += 1;
    }
    return next;
  }
}

/** Collects a string that is kept whole. */
export class Collector implements BulkSink {
  readonly #pieces: Buffer[] = [];

  constructor(readonly done: (bytes: Buffer) => void) {}

  chunk(bytes: Buffer): void {
    this.#pieces.push(bytes);
  }

  /** Copies even a single piece, so that a short string does not keep a whole read alive. */
  end(): void {
    this.done(Buffer.concat(this.#pieces));
  }
}
