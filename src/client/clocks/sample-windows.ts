import type { TimeSample } from '../time-exchange.js';

const FIRST_WINDOW_MICROS = 1_000;

/**
 * The best exchange of each of a number of windows of equal length, through a run of any length: the
 * one with the shortest way says most about the offset (RFC 5905, section 10). When there are too
 * many windows, each two become one.
 */
export class SampleWindows {
  #slots: (TimeSample | undefined)[] = [];
  #lengthMicros = FIRST_WINDOW_MICROS;
  #startMicros = 0;

  /** @param most windows that are kept */
  constructor(private readonly most: number) {}

  /** In order of time; windows in which nothing was measured are left out. */
  get best(): readonly TimeSample[] {
    return this.#slots.filter((sample) => sample !== undefined);
  }

  clear(): void {
    this.#slots = [];
    this.#lengthMicros = FIRST_WINDOW_MICROS;
  }

  /** A sample whose way is shorter than nothing is left out. */
  add(sample: TimeSample): void {
    if (sample.roundTripMicros < 0) return;
    if (this.#slots.length === 0) this.#startMicros = sample.returnedAt;
    // The local clock may have been set back.
    const elapsed = Math.max(0, sample.returnedAt - this.#startMicros);
    while (elapsed >= this.most * this.#lengthMicros) this.#halve();
    const at = Math.floor(elapsed / this.#lengthMicros);
    while (this.#slots.length <= at) this.#slots.push(undefined);
    this.#slots[at] = better(this.#slots[at], sample);
  }

  #halve(): void {
    const halved: (TimeSample | undefined)[] = [];
    for (let at = 0; at < this.#slots.length; at += 2) {
      halved.push(better(this.#slots[at], this.#slots[at + 1]));
    }
    this.#slots = halved;
    this.#lengthMicros *= 2;
  }
}

function better(one: TimeSample | undefined, other: TimeSample | undefined) {
  if (one === undefined || other === undefined) return one ?? other;
  return other.roundTripMicros < one.roundTripMicros ? other : one;
}
