import { KeptBytes } from './kept-bytes.js';
import type { ReadQueue } from './read-queue.js';

const LF = 0x0a;

/** A message that is no command, while it is arriving ([T-4]). */
export class FreeText {
  readonly #kept: KeptBytes | undefined;
  #complete = false;
  #atMicros = 0;

  #lastByte: number | undefined;

  /**
   * @param keepBytes how much to keep of it at most; undefined where nobody will look at it
   * @param oneLine whether it ends at its line break, if one is in its first read
   */
  constructor(
    keepBytes: number | undefined,
    private oneLine: boolean,
  ) {
    this.#kept = keepBytes === undefined ? undefined : new KeptBytes(keepBytes);
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** When its last byte was read; microseconds since the epoch. */
  get atMicros(): number {
    return this.#atMicros;
  }

  get tooLong(): boolean {
    return this.#kept?.overflowed === true;
  }

  get endsInLineBreak(): boolean {
    return this.#lastByte === LF;
  }

  /** All of it, where it was to be kept. */
  get content(): Buffer {
    return this.#kept?.bytes ?? Buffer.alloc(0);
  }

  /** Nothing more will come. */
  end(): void {
    this.#complete = true;
  }

  /** Takes from `reads` what belongs to it. */
  takeFrom(reads: ReadQueue): void {
    while (!this.#complete && reads.first !== undefined) {
      const lineFeed = this.oneLine ? reads.first.bytes.indexOf(LF) : -1;
      this.oneLine = false;
      const taken = reads.take(lineFeed < 0 ? reads.first.bytes.length : lineFeed + 1, false);
      if (taken === undefined) return;
      this.#kept?.append(taken.bytes);
      this.#lastByte = taken.bytes.at(-1);
      this.#atMicros = taken.atMicros;
      this.#complete = taken.ended || lineFeed >= 0;
    }
  }
}
