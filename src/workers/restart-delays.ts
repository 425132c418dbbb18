/** A worker that lived for so long did not die of how it starts. */
export const STEADY_MS = 10_000;

/** The second of a row of early ends waits for so long, each further one twice as long … */
export const FIRST_DELAY_MS = 100;

/** … and at most this: what keeps workers from starting may be over by then. */
export const LONGEST_DELAY_MS = 10_000;

/** When a worker that ended is followed by another: at once, unless it happens again and again. */
export class RestartDelays {
  #earlyEnds = 0;

  /**
   * @param livedMs how long the one that ended had been there
   * @returns how long its place stays empty, in milliseconds
   */
  after(livedMs: number): number {
    if (livedMs >= STEADY_MS) this.#earlyEnds = 0;
    const delayMs = this.#earlyEnds === 0 ? 0 : FIRST_DELAY_MS * 2 ** (this.#earlyEnds - 1);
    this.#earlyEnds += 1;
    return Math.min(delayMs, LONGEST_DELAY_MS);
  }
}
