import { QUEUED_READ_COST_BYTES } from './limits.js';

/** What one read brought and is not decoded yet. Never empty. */
export interface Read {
  readonly bytes: Buffer;
  /** Microseconds since the epoch. */
  readonly atMicros: number;
  /** Nothing followed it within the quiet time: no message goes on behind it. */
  readonly ended: boolean;
  /** It was joined from several reads. */
  readonly inPieces: boolean;
  /** A command of the same read stood before it, so that each of its lines is a message. */
  readonly behindCommand: boolean;
}

/** Bytes taken from the first read. */
export interface Taken {
  readonly bytes: Buffer;
  readonly atMicros: number;
  /** The message they belong to cannot go on behind them. */
  readonly ended: boolean;
}

/** The reads that are not decoded yet: here, unlike in a stream, their borders mean something. */
export class ReadQueue {
  #reads: Read[] = [];
  #bytes = 0;

  get first(): Read | undefined {
    return this.#reads[0];
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What is waiting, with what keeping it costs. */
  get cost(): number {
    return this.#bytes + this.#reads.length * QUEUED_READ_COST_BYTES;
  }

  push(bytes: Buffer, atMicros: number): void {
    if (bytes.length === 0) return;
    this.#reads.push({ bytes, atMicros, ended: false, inPieces: false, behindCommand: false });
    this.#bytes += bytes.length;
  }

  /** No message goes on behind what is here. */
  endLast(): void {
    const last = this.#reads.pop();
    if (last !== undefined) this.#reads.push({ ...last, ended: true });
  }

  /** Makes the first two reads one; false if there is no second. */
  joinFirstTwo(): boolean {
    const [first, second] = this.#reads;
    if (first === undefined || second === undefined) return false;
    const bytes = Buffer.concat([first.bytes, second.bytes]);
    this.#reads.splice(0, 2, { ...second, bytes, inPieces: true });
    return true;
  }

  /**
   * Takes up to `most` bytes of the first read, uncopied.
   * @param asCommand whether they are a command, so that what is left stands behind one
   */
  take(most: number, asCommand: boolean): Taken | undefined {
    const read = this.#reads.shift();
    if (read === undefined) return undefined;
    const bytes = read.bytes.subarray(0, most);
    this.#bytes -= bytes.length;
    const { atMicros } = read;
    if (bytes.length === read.bytes.length) return { bytes, atMicros, ended: read.ended };
    this.#reads.unshift({
      ...read,
      bytes: read.bytes.subarray(most),
      inPieces: false,
      behindCommand: asCommand || read.behindCommand,
    });
    return { bytes, atMicros, ended: false };
  }

  clear(): void {
    this.#reads = [];
    this.#bytes = 0;
  }
}
