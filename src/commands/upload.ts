/** How much of a content may wait in memory for the disk before the socket is paused. */
export const UPLOAD_BUFFER_BYTES = 256 * 1024;

/** The connection ended before the declared content had arrived. */
export class UploadAborted extends Error {
  override readonly name = 'UploadAborted';
  readonly code = 'ERR';
}

/**
 * A content on its way in: the dialect writes what it decodes, the handler reads it. Not I/O
 * itself; back-pressure goes through {@link Upload.full} and {@link Upload.onDrain}.
 *
 * Exactly one of {@link chunks} and {@link discard} must be called, and {@link tail} awaited.
 */
export class Upload {
  /** Called when the buffer has room again after it was full. Set by the connection. */
  onDrain: () => void = () => undefined;

  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #discarding = false;
  #ended = false;
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
    return this.#waitingBytes >= UPLOAD_BUFFER_BYTES;
  }

  /** The next bytes of the content. They are kept, not copied. */
  write(bytes: Buffer): void {
    if (this.#discarding || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#wake?.();
  }

  /** The content is whole. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The whole command is here: the arguments behind the content. */
  finish(tail: readonly Buffer[]): void {
    this.#tail.resolve(tail);
  }

  /** The rest will never come. */
  abort(error: Error): void {
    this.#error ??= error;
    this.#tail.reject(error);
    this.#wake?.();
  }

  /** The content, in order. Throws what {@link abort} was given. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        if (this.#error) throw this.#error;
        const next = this.#waiting.shift();
        if (next !== undefined) {
          this.#took(next.length);
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

  /** Lets the rest of the content pass without keeping it. */
  discard(): void {
    const wasFull = this.full;
    this.#discarding = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (wasFull) this.onDrain();
  }

  /** The arguments behind the content, once it has been read or discarded whole. */
  tail(): Promise<readonly Buffer[]> {
    return this.#tail.promise;
  }

  #took(bytes: number): void {
    const wasFull = this.full;
    this.#waitingBytes -= bytes;
    if (wasFull && !this.full) this.onDrain();
  }
}
