import { CHUNK_BYTES, giveBack, takeChunk } from '../files/chunk-memory.js';

/** How much of a content may wait in memory for the disk before the socket is paused. */
export const UPLOAD_BUFFER_BYTES = 1024 * 1024;

/**
 * What a waiting chunk costs beside its bytes. Counted as if it were content, or one sent byte by
 * byte would take a hundred times {@link UPLOAD_BUFFER_BYTES}.
 */
export const UPLOAD_CHUNK_COST_BYTES = 256;

/** Small chunks that wait together are handed out as one of up to this size: fewer disk writes. */
export const UPLOAD_JOIN_BYTES = CHUNK_BYTES;

/** What is left of a content is read with whatever comes behind it where it is less than this. */
const LEAST_ROOM_BYTES = 64 * 1024;

/** The connection ended, or its replica stops, before the declared content had arrived. */
export class UploadAborted extends Error {
  override readonly name = 'UploadAborted';

  /** @param code `UNAVAILABLE` where it is not the client's doing, and it may send it again */
  constructor(
    message: string,
    readonly code: 'ERR' | 'UNAVAILABLE' = 'ERR',
  ) {
    super(message);
  }
}

/**
 * A content on its way in: the dialect writes what it decodes, the handler reads it. Not I/O
 * itself; back-pressure goes through {@link Upload.full} and {@link Upload.onDrain}.
 *
 * {@link chunks} or {@link discard} must be called, or the connection stays paused. The
 * {@link tail} comes behind the content: awaiting it first would wait for ever.
 */
export class Upload {
  /** Called when the buffer has room again after it was full. Set by the connection. */
  onDrain: () => void = () => undefined;

  #waiting: Buffer[] = [];
  #waitingCost = 0;
  #written = 0;
  #discarding = false;
  #ended = false;
  #finished = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  readonly #tail = Promise.withResolvers<readonly Buffer[]>();

  /**
   * @param size declared length in bytes
   * @param hasTail whether arguments follow the content; without, a command that needs them can be
   *   refused at once
   */
  constructor(
    readonly size: number,
    readonly hasTail: boolean,
  ) {
    // Nobody may be waiting for the tail of an upload that was refused; that is no fault.
    this.#tail.promise.catch(() => undefined);
  }

  /** Whether the reader is behind: the connection should stop reading from its socket. */
  get full(): boolean {
    return this.#waitingCost >= UPLOAD_BUFFER_BYTES;
  }

  /**
   * Memory for what is to be written next, no larger than what is left of the content: to be filled
   * to its end and written. Undefined where it would not be worth it.
   */
  room(): Buffer | undefined {
    const left = this.size - this.#written;
    if (left < LEAST_ROOM_BYTES) return undefined;
    return left < CHUNK_BYTES ? Buffer.allocUnsafeSlow(left) : takeChunk();
  }

  /** The next bytes of the content. They are kept, not copied, and belong to whoever reads them. */
  write(bytes: Buffer): void {
    this.#written += bytes.length;
    if (this.#discarding || this.#error !== undefined || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingCost += bytes.length + UPLOAD_CHUNK_COST_BYTES;
    this.#wake?.();
  }

  /** The content is whole. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The whole command is here: the arguments behind the content. */
  finish(tail: readonly Buffer[]): void {
    this.#finished = true;
    this.#tail.resolve(tail);
  }

  /** The rest will never come. Does nothing once the whole command is here. */
  abort(error: Error): void {
    if (this.#finished || this.#error !== undefined) return;
    this.#error = error;
    this.#tail.reject(error);
    this.#drop();
    this.#wake?.();
  }

  /** The content, in order; for one reader, once. Throws what {@link abort} was given. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        if (this.#error) throw this.#error;
        const next = this.#take();
        if (next !== undefined) {
          yield next;
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = undefined;
        }
      }
    } finally {
      this.discard();
    }
  }

  /** Lets the rest of the content pass without keeping it; harmless after {@link chunks}. */
  discard(): void {
    this.#discarding = true;
    this.#drop();
  }

  /** The arguments behind the content, once it has been read or discarded whole. */
  tail(): Promise<readonly Buffer[]> {
    return this.#tail.promise;
  }

  #drop(): void {
    this.#waiting = [];
    this.#freed(this.#waitingCost);
  }

  #take(): Buffer | undefined {
    let bytes = 0;
    let count = 0;
    for (const chunk of this.#waiting) {
      if (count > 0 && bytes + chunk.length > UPLOAD_JOIN_BYTES) break;
      bytes += chunk.length;
      count += 1;
    }
    const taken = this.#waiting.splice(0, count);
    this.#freed(bytes + count * UPLOAD_CHUNK_COST_BYTES);
    if (count <= 1) return taken[0];
    const joined = Buffer.concat(taken, bytes);
    for (const chunk of taken) giveBack(chunk);
    return joined;
  }

  #freed(cost: number): void {
    const wasFull = this.full;
    this.#waitingCost -= cost;
    if (wasFull && !this.full) this.onDrain();
  }
}
