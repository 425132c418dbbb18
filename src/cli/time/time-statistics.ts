import { type ClockEstimate, ClockEstimator, type TimeSample } from '../../client/index.js';
import { RoundTripCounts } from './round-trip-counts.js';

export interface TimeSummary {
  readonly count: number;
  /** Mean of server time minus local time, as read when each answer came; microseconds. */
  readonly meanDifferenceMicros: number;
  /** By the last answer. */
  readonly serverTimeMicros: number;
  readonly estimate: ClockEstimate;
  readonly roundTripMicros: {
    readonly min: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly roundTrips: RoundTripCounts;
}

/** Gathers any number of exchanges in constant memory. */
export class TimeStatistics {
  readonly #roundTrips = new RoundTripCounts();
  readonly #estimator = new ClockEstimator();
  #differenceSum = 0;
  #serverTimeMicros = 0;

  add(sample: TimeSample): void {
    this.#estimator.add(sample);
    this.#roundTrips.add(sample.roundTripMicros);
    this.#differenceSum += sample.answeredAt - sample.returnedAt;
    this.#serverTimeMicros = sample.answeredAt;
  }

  /** Undefined as long as nothing was added. */
  summary(): TimeSummary | undefined {
    const estimate = this.#estimator.estimate();
    if (estimate === undefined) return undefined;
    const counts = this.#roundTrips;
    return {
      count: counts.count,
      meanDifferenceMicros: this.#differenceSum / counts.count,
      serverTimeMicros: this.#serverTimeMicros,
      estimate,
      roundTripMicros: {
        min: counts.leastMicros,
        p50: counts.percentile(0.5),
        p90: counts.percentile(0.9),
        p99: counts.percentile(0.99),
        max: counts.mostMicros,
      },
      roundTrips: counts,
    };
  }
}
