import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { giveBack, takeChunk } from '../chunk-memory.js';

/** The first piece, so that a small content or a slow service is not waited for long; in bytes. */
const FIRST_PIECE_BYTES = 64 * 1024;

/**
 * The body of an answer in few large pieces, which are the reader's own. What the socket and the
 * parser make of it on the way is freed at once: in a gigabyte that would be two gigabytes, of
 * which the collector leaves a hundred megabytes lying about at any time. What came before a body
 * ended too early, or failed, comes before the error.
 */
export async function* piecesOf(body: Readable): AsyncGenerator<Buffer, void, undefined> {
  const pieces = new BodyPieces(body);
  try {
    for (;;) {
      const piece = await pieces.next();
      if (piece === undefined) return;
      yield piece;
    }
  } finally {
    body.destroy();
  }
}

class BodyPieces {
  #isFirst = true;
  #piece: Buffer | undefined;
  #filled = 0;
  readonly #whole: Buffer[] = [];
  #over: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;
  #isRawFreed = false;

  constructor(private readonly body: Readable) {
    body.on('data', (chunk: Buffer) => this.#take(chunk));
    body.on('end', () => this.#end(undefined));
    body.on('error', (error) => this.#end(error));
    // Whoever cuts a connection need not say why.
    body.on('close', () => this.#end(undefined));
  }

  /** Undefined at the end, whether or not that was the end of the body. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const piece = this.#whole.shift() ?? (this.#over && this.#rest());
      if (piece !== undefined) return piece;
      if (this.#over?.error !== undefined) throw this.#over.error;
      if (this.#over !== undefined) return undefined;
      this.body.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(chunk: Buffer): void {
    this.#freeRaw(chunk);
    for (let from = 0; from < chunk.length; ) {
      this.#piece ??= this.#nextPiece();
      const taken = chunk.copy(this.#piece, this.#filled, from);
      this.#filled += taken;
      from += taken;
      if (this.#filled === this.#piece.length) this.#finish(this.#piece);
    }
    giveBack(chunk);
  }

  /** After the first in the size in which chunks are used again; two are in memory at a time. */
  #nextPiece(): Buffer {
    const piece = this.#isFirst ? Buffer.allocUnsafeSlow(FIRST_PIECE_BYTES) : takeChunk();
    this.#isFirst = false;
    return piece;
  }

  #finish(piece: Buffer): void {
    this.#whole.push(piece);
    this.#piece = undefined;
    this.#filled = 0;
    this.body.pause();
    this.#wake();
  }

  #rest(): Buffer | undefined {
    const rest = this.#piece?.subarray(0, this.#filled);
    this.#piece = undefined;
    return rest?.length === 0 ? undefined : rest;
  }

  #end(error: unknown): void {
    this.#over ??= { error };
    this.#wake();
  }

  /**
   * The parser copies a body out of what the socket read, which is garbage then. That it does is
   * looked at, for nothing promises it: a chunk must have memory of its own.
   */
  #freeRaw(chunk: Buffer): void {
    if (this.#isRawFreed || !(this.body instanceof IncomingMessage)) return;
    if (chunk.length !== chunk.buffer.byteLength) return;
    this.#isRawFreed = true;
    const { socket } = this.body;
    const free = (raw: Buffer): void => giveBack(raw);
    // Behind the parser's own listener, which is done with it when this one is called.
    socket.on('data', free);
    this.body.once('close', () => socket.off('data', free));
  }
}
