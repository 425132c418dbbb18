import { AnchoredTime } from './anchored-time.js';

/** The system's time of day. Each reader has one of its own: an anchor is a state. */
export function systemTime(): AnchoredTime {
  return new AnchoredTime(
    () => Number(Temporal.Now.instant().epochNanoseconds / 1000n),
    () => performance.now(),
  );
}
