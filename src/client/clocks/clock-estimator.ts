import type { TimeSample } from '../time-exchange.js';
import { type Drift, driftOf } from './drift.js';
import { likelyOffset } from './likely-offset.js';
import { MOST_DRIFT_PPM, OffsetInterval } from './offset-interval.js';
import { SampleWindows } from './sample-windows.js';

/** Enough for a line, and little memory. */
const WINDOWS = 256;

export interface ClockEstimatorOptions {
  /** How fast the two clocks may drift apart, in microseconds a second. @default 500 */
  readonly mostDriftPpm?: number;
}

/** How far the local clock is from the server's, by any number of exchanges. */
export interface ClockEstimate {
  /** Local clock when the last answer came; epoch microseconds. The offset is that of this time. */
  readonly atMicros: number;
  /** Server's clock minus local clock. */
  readonly offsetMicros: number;
  /** The most by which {@link offsetMicros} is off, however round trips were shared out. */
  readonly boundMicros: number;
  /**
   * How much one measured offset differs from the next: the root of the mean square. Undefined
   * after a single exchange.
   */
  readonly jitterMicros: number | undefined;
  /** Undefined where the run was too short to tell, or since a clock was set. */
  readonly drift: Drift | undefined;
  /** How often a clock was set. */
  readonly steps: number;
}

/** Gathers exchanges with one server, in constant memory. */
export class ClockEstimator {
  readonly #interval: OffsetInterval;
  readonly #windows = new SampleWindows(WINDOWS);
  #last: TimeSample | undefined;
  #differences = 0;
  #squares = 0;

  constructor({ mostDriftPpm = MOST_DRIFT_PPM }: ClockEstimatorOptions = {}) {
    this.#interval = new OffsetInterval(mostDriftPpm);
  }

  /** In the order in which they were made. One whose way is shorter than nothing is ignored. */
  add(sample: TimeSample): void {
    if (sample.roundTripMicros < 0) return;
    const stepped = this.#interval.add(sample);
    if (stepped) this.#windows.clear();
    else if (this.#last !== undefined) this.#compare(sample, this.#last);
    this.#windows.add(sample);
    this.#last = sample;
  }

  /** Undefined as long as nothing was added. */
  estimate(): ClockEstimate | undefined {
    if (this.#last === undefined) return undefined;
    const { leastMicros, mostMicros, steps } = this.#interval;
    const { best } = this.#windows;
    const atMicros = this.#last.returnedAt;
    const drift = driftOf(best);
    const likely = likelyOffset(best, atMicros, drift?.ppm ?? 0);
    const offsetMicros = Math.min(mostMicros, Math.max(leastMicros, likely));
    return {
      atMicros,
      offsetMicros,
      boundMicros: Math.max(mostMicros - offsetMicros, offsetMicros - leastMicros),
      jitterMicros:
        this.#differences === 0 ? undefined : Math.sqrt(this.#squares / this.#differences),
      drift,
      steps,
    };
  }

  #compare(sample: TimeSample, last: TimeSample): void {
    this.#differences += 1;
    this.#squares += (sample.offsetMicros - last.offsetMicros) ** 2;
  }
}
