import type { TimeSample } from '../time-exchange.js';
import { MOST_DRIFT_PPM } from './offset-interval.js';

/** How fast the server's clock gains on the local one. */
export interface Drift {
  /** Microseconds in a second. */
  readonly ppm: number;
  /** Twice the standard error: likely not further off than this. */
  readonly errorPpm: number;
}

/** Fewer points lie on a line by chance. */
const LEAST_POINTS = 8;

/** In a shorter time clocks do not drift apart by what can be told from the noise of waking up. */
const LEAST_SECONDS = 1;

const MICROS_PER_SECOND = 1_000_000;

interface Point {
  readonly seconds: number;
  readonly micros: number;
  readonly weight: number;
}

/**
 * A line through the best exchange of each window: what was held up lies beside the others and
 * counts little, by the square of its bound. Undefined where the run was too short to tell.
 *
 * @param best in order of time
 */
export function driftOf(best: readonly TimeSample[]): Drift | undefined {
  const [first] = best;
  if (first === undefined || best.length < LEAST_POINTS) return undefined;
  const points = best.map((sample) => pointOf(sample, first));
  if ((points.at(-1)?.seconds ?? 0) < LEAST_SECONDS) return undefined;

  const total = sum(points, ({ weight }) => weight);
  const meanSeconds = sum(points, ({ weight, seconds }) => weight * seconds) / total;
  const meanMicros = sum(points, ({ weight, micros }) => weight * micros) / total;
  const spread = sum(points, ({ weight, seconds }) => weight * (seconds - meanSeconds) ** 2);
  if (spread <= 0) return undefined;
  const ppm =
    sum(
      points,
      ({ weight, seconds, micros }) => weight * (seconds - meanSeconds) * (micros - meanMicros),
    ) / spread;
  const beside = sum(
    points,
    ({ weight, seconds, micros }) =>
      weight * (micros - meanMicros - ppm * (seconds - meanSeconds)) ** 2,
  );
  const errorPpm = 2 * Math.sqrt(beside / (points.length - 2) / spread);
  return errorPpm < MOST_DRIFT_PPM ? { ppm, errorPpm } : undefined;
}

function pointOf(sample: TimeSample, first: TimeSample): Point {
  return {
    seconds: (middle(sample) - middle(first)) / MICROS_PER_SECOND,
    micros: sample.offsetMicros - first.offsetMicros,
    // No way takes less than the microsecond that stamps can tell.
    weight: 1 / Math.max(1, sample.boundMicros) ** 2,
  };
}

function middle({ sentAt, returnedAt }: TimeSample): number {
  return (sentAt + returnedAt) / 2;
}

function sum(points: readonly Point[], of: (point: Point) => number): number {
  return points.reduce((total, point) => total + of(point), 0);
}
