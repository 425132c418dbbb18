import type { TimeSample } from '../client/index.js';

export interface TimeSummary {
  readonly count: number;
  /** Mean of server time minus local time, as read when each answer came; microseconds. */
  readonly meanDifferenceMicros: number;
  /** The exchange with the shortest way, whose offset is bound the tightest. */
  readonly best: TimeSample;
  readonly roundTripMicros: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
}

/** Gathers any number of exchanges in eight bytes each. */
export class TimeStatistics {
  readonly #roundTrips: Float64Array;
  #count = 0;
  #differenceSum = 0;
  #best: TimeSample | undefined;

  /** @param capacity most samples that will be added */
  constructor(capacity: number) {
    this.#roundTrips = new Float64Array(capacity);
  }

  add(sample: TimeSample): void {
    this.#roundTrips[this.#count] = sample.roundTripMicros;
    this.#count += 1;
    this.#differenceSum += sample.answeredAt - sample.returnedAt;
    if (this.#best === undefined || isBetter(sample, this.#best)) this.#best = sample;
  }

  /** Undefined as long as nothing was added. */
  summary(): TimeSummary | undefined {
    if (this.#best === undefined) return undefined;
    const sorted = this.#roundTrips.slice(0, this.#count).sort();
    return {
      count: this.#count,
      meanDifferenceMicros: this.#differenceSum / this.#count,
      best: this.#best,
      roundTripMicros: {
        p50: percentile(sorted, 0.5),
        p90: percentile(sorted, 0.9),
        p99: percentile(sorted, 0.99),
        max: percentile(sorted, 1),
      },
    };
  }
}

/** A way shorter than nothing means that a clock was set meanwhile. */
function isBetter(sample: TimeSample, best: TimeSample): boolean {
  if (sample.roundTripMicros < 0) return false;
  return best.roundTripMicros < 0 || sample.roundTripMicros < best.roundTripMicros;
}

/** The smallest value that is not exceeded by `share` of all (nearest rank). */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
