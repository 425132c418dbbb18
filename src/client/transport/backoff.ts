export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * How long to pause before the next try: doubled with every failure up to a cap, and spread over
 * its upper half so that many clients of one server do not come back in step.
 *
 * @param attempt failures so far, from 0
 * @param random from 0 up to 1
 */
export function backoffDelayMs(attempt: number, limits: BackoffLimits, random: number): number {
  const ceilingMs = Math.min(limits.maxMs, limits.minMs * 2 ** attempt);
  return ceilingMs * (0.5 + random / 2);
}
