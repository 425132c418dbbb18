import { Socket, type SocketConstructorOpts } from 'node:net';
import { READ_BYTES } from './limits.js';

/** Who takes what a socket reads. */
export interface Reader {
  /** Every read; the bytes are the reader's own. */
  take(bytes: Buffer): void;
  /** Where to read a part of a content into, that is taken when it is full; undefined if nowhere. */
  room(): Buffer | undefined;
}

/** What Node keeps of a socket beneath its documented surface; absent in a Node that changed. */
interface Handled {
  _handle?: SocketConstructorOpts['handle'] | null;
}

/**
 * Accepted sockets that read into one buffer of this process, from which each read is copied in its
 * size; and contents in large pieces of their own, which are not copied. Node's own way allocates
 * 64 KiB for every read, shrinks them and passes them through a stream: a quarter of what a request
 * and its reply cost (docs/performance.md). Node offers such reads (`onread`) only for sockets that
 * a program makes itself; so one is made around the handle of the one that was accepted.
 */
export class SocketReads {
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);

  /** @param accepted paused; not to be used afterwards */
  reopen(accepted: Socket, reader: Reader): Socket {
    const handle = (accepted as Handled)._handle;
    if (handle === undefined || handle === null) {
      return accepted.on('data', (bytes: Buffer) => reader.take(bytes)).resume();
    }
    (accepted as Handled)._handle = null;
    const reads = new Reads(this.#buffer, reader);
    const onread = {
      buffer: () => reads.next(),
      callback: (length: number) => reads.arrived(length),
    };
    const options = { handle, allowHalfOpen: true, onread };
    const socket = new Socket(options).resume();
    accepted.destroy();
    return socket;
  }
}

/** The reads of one socket. */
class Reads {
  /** What a part of a content is read into, until it is full. */
  #piece: Buffer | undefined;
  #filled = 0;

  constructor(
    private readonly shared: Buffer,
    private readonly reader: Reader,
  ) {}

  /** Where the next read goes. */
  next(): Buffer {
    if (this.#piece !== undefined) return this.#piece.subarray(this.#filled);
    this.#piece = this.reader.room();
    this.#filled = 0;
    return this.#piece ?? this.shared;
  }

  /** @returns whether to read on: always, for a reader that has enough pauses the socket */
  arrived(length: number): boolean {
    const piece = this.#piece;
    if (piece === undefined) {
      const own = Buffer.allocUnsafe(length);
      this.shared.copy(own, 0, 0, length);
      this.reader.take(own);
      return true;
    }
    this.#filled += length;
    if (this.#filled < piece.length) return true;
    this.#piece = undefined;
    this.reader.take(piece);
    return true;
  }
}
