import { QUEUED_READ_COST_BYTES } from './limits.js';

interface Read {
  readonly bytes: Buffer;
  readonly atMicros: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * The reads that are not decoded yet, as one run of bytes that still knows when each came. Nothing
 * is copied or joined, so any splitting costs time linear in the bytes.
 */
export class Input {
  #current: Buffer = NOTHING;
  #position = 0;
  #atMicros = 0;
  /** Later reads: `#arrived` in order, `#next` reversed, so that both ends are cheap. */
  #arrived: Read[] = [];
  #next: Read[] = [];
  #queuedBytes = 0;

  /** When the byte last taken was read; microseconds since the epoch. */
  get atMicros(): number {
    return this.#atMicros;
  }

  /** What is waiting, with what keeping it costs. */
  get cost(): number {
    const reads = this.#arrived.length + this.#next.length;
    return (
      this.#current.length - this.#position + this.#queuedBytes + reads * QUEUED_READ_COST_BYTES
    );
  }

  push(bytes: Buffer, atMicros: number): void {
    this.#arrived.push({ bytes, atMicros });
    this.#queuedBytes += bytes.length;
  }

  /** Forgets all that is waiting. */
  clear(): void {
    this.#forget();
    this.#arrived = [];
    this.#next = [];
    this.#queuedBytes = 0;
  }

  /** Takes one byte; -1 if there is none. */
  takeByte(): number {
    if (this.#position === this.#current.length && !this.#advance()) return -1;
    const byte = this.#current[this.#position] ?? -1;
    this.#position += 1;
    return byte;
  }

  /** Takes between 1 and `most` bytes (`most` is over 0), uncopied; undefined if there are none. */
  take(most: number): Buffer | undefined {
    if (this.#position === this.#current.length && !this.#advance()) return undefined;
    const start = this.#position;
    const bytes = this.#current;
    this.#position = Math.min(start + most, bytes.length);
    const taken = bytes.subarray(start, this.#position);
    // Whose it is now may free it.
    if (this.#position === bytes.length) this.#forget();
    return taken;
  }

  /**
   * Takes `wanted` as often as exactly that comes next, up to `most` times and within one read.
   * @returns how often
   */
  takeEach(wanted: Buffer, most: number): number {
    if (this.#position === this.#current.length && !this.#advance()) return 0;
    const bytes = this.#current;
    const end = Math.min(bytes.length, this.#position + most * wanted.length);
    let times = 0;
    for (let at = this.#position; at + wanted.length <= end; at += wanted.length) {
      if (!liesAt(bytes, at, wanted)) break;
      times += 1;
    }
    this.#position += times * wanted.length;
    if (this.#position === bytes.length) this.#forget();
    return times;
  }

  #forget(): void {
    this.#current = NOTHING;
    this.#position = 0;
  }

  /** Goes to the next read with bytes. At the end nothing read is kept alive. */
  #advance(): boolean {
    this.#forget();
    while (this.#current.length === 0) {
      const read = this.#shift();
      if (read === undefined) return false;
      this.#current = read.bytes;
      this.#atMicros = read.atMicros;
      this.#queuedBytes -= read.bytes.length;
    }
    return true;
  }

  #shift(): Read | undefined {
    if (this.#next.length === 0) {
      const empty = this.#next;
      this.#next = this.#arrived.reverse();
      this.#arrived = empty;
    }
    return this.#next.pop();
  }
}

function liesAt(bytes: Buffer, start: number, wanted: Buffer): boolean {
  for (let at = 0; at < wanted.length; at++) {
    if (bytes[start + at] !== wanted[at]) return false;
  }
  return true;
}
