import type { TimeSample } from '../time-exchange.js';

/** What a clock usually drifts, in microseconds a second (RFC 5905, section 11.2: PHI). */
const USUAL_DRIFT_PPM = 15;

/** How steeply trust falls with what an exchange can be off: twice as much counts a sixteenth. */
const STEEPNESS = 4;

const PARTS_PER_MILLION = 1_000_000;

/**
 * The offset at a time, by the exchanges that say most about it: those with the shortest way, not
 * long ago. One alone is at the mercy of who was woken up late; their mean is less so.
 *
 * @param best at least one exchange
 * @param driftPpm by which older ones are carried forward
 */
export function likelyOffset(
  best: readonly TimeSample[],
  atMicros: number,
  driftPpm: number,
): number {
  const [first] = best;
  if (first === undefined) throw new RangeError('there is no exchange');
  let weights = 0;
  let weighted = 0;
  for (const { offsetMicros, boundMicros, returnedAt } of best) {
    const age = Math.max(0, atMicros - returnedAt);
    // No way takes less than the microsecond that stamps can tell.
    const doubt = Math.max(1, boundMicros) + (age * USUAL_DRIFT_PPM) / PARTS_PER_MILLION;
    const weight = doubt ** -STEEPNESS;
    const now = offsetMicros + (age * driftPpm) / PARTS_PER_MILLION;
    weights += weight;
    // An offset of years has few digits left for parts of a microsecond.
    weighted += weight * (now - first.offsetMicros);
  }
  return first.offsetMicros + weighted / weights;
}
