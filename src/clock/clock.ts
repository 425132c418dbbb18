/** Ends a timer; calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/** Time as the rest of Candado sees it; injected, so that tests own it. */
export abstract class Clock {
  /** The wall clock, in whole microseconds since the Unix epoch (exact in a double until 2255). */
  abstract epochMicros(): number;

  /**
   * What {@link epochMicros} was, or nearly, when {@link monotonicMs} was `monotonicMs`, a moment
   * ago; saves a look at the clock.
   */
  abstract epochMicrosAt(monotonicMs: number): number;

  /** A clock that never goes back, in milliseconds from an arbitrary start. Leases run on it. */
  abstract monotonicMs(): number;

  /**
   * Calls `callback` once, `delayMs` from now. The timer does not keep the process alive.
   * `delayMs` may be larger than what one platform timer can hold.
   */
  abstract after(delayMs: number, callback: () => void): CancelTimer;
}
