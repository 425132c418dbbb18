import type { CancelTimer, Clock } from '../clock/clock.js';

/** Between two beats, in milliseconds, and how much of it is left to chance. */
const INTERVAL_MS = 10_000;
const JITTER_MS = 2_000;

/**
 * What is done now and then: a quiet connection would not notice that its peer is gone, nor that
 * the table was emptied.
 */
export class Heartbeat {
  #cancelTimer: CancelTimer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly beat: () => Promise<void>,
  ) {}

  start(): void {
    const delayMs = INTERVAL_MS + (Math.random() - 0.5) * JITTER_MS;
    this.#cancelTimer = this.clock.after(delayMs, () => {
      const begun = this.#cancelTimer;
      void this.beat().finally(() => {
        if (this.#cancelTimer === begun && begun !== undefined) this.start();
      });
    });
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
