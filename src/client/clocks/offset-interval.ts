import type { TimeSample } from '../time-exchange.js';

/**
 * How fast two clocks may drift apart: 500 µs in a second, the most by which NTP and Linux correct
 * one (RFC 5905, section 11.2: MAXFREQ).
 */
export const MOST_DRIFT_PPM = 500;

const PARTS_PER_MILLION = 1_000_000;

/** Stamps are whole microseconds, cut off: a difference of two is less than this off. */
const STAMP_MICROS = 1;

/**
 * Where the offset can be, by everything that was measured so far: each exchange leaves an interval
 * (the answer was not made before the question came, nor did it arrive before it was made), and the
 * offset lies in all of them (K. Marzullo, S. Owicki, 1983), after what the clocks can have drifted
 * since. That supposes nothing about how a round trip was shared out.
 */
export class OffsetInterval {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;
  #atMicros = 0;
  #steps = 0;

  /** @param driftPpm how fast the two clocks may drift apart */
  constructor(private readonly driftPpm = MOST_DRIFT_PPM) {}

  /** How often all that was known had to be given up, since a clock was set. */
  get steps(): number {
    return this.#steps;
  }

  /** The least that server's clock minus local clock can be, at the time of the last exchange. */
  get leastMicros(): number {
    return this.#least;
  }

  get mostMicros(): number {
    return this.#most;
  }

  /** @returns whether it contradicts all that was known: a clock was set */
  add({ sentAt, receivedAt, answeredAt, returnedAt }: TimeSample): boolean {
    const least = answeredAt - returnedAt - STAMP_MICROS;
    const most = receivedAt - sentAt + STAMP_MICROS + this.#drift(returnedAt - sentAt);
    // The way cannot be shorter than nothing: a clock was set while it was under way.
    if (least > most) return false;
    const since = this.#drift(returnedAt - this.#atMicros);
    this.#atMicros = returnedAt;
    this.#least = Math.max(this.#least - since, least);
    this.#most = Math.min(this.#most + since, most);
    if (this.#least <= this.#most) return false;
    this.#least = least;
    this.#most = most;
    this.#steps += 1;
    return true;
  }

  #drift(micros: number): number {
    return (Math.max(0, micros) * this.driftPpm) / PARTS_PER_MILLION;
  }
}
