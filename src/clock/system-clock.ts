import { injectable } from 'inversify';
import { type CancelTimer, Clock } from './clock.js';
import { systemTime } from './system-time.js';

/** Node keeps a timer's delay in 32 bits; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

@injectable()
export class SystemClock extends Clock {
  readonly #time = systemTime();

  override epochMicros(): number {
    return this.#time.micros();
  }

  override epochMicrosAt(monotonicMs: number): number {
    return this.#time.micros(monotonicMs);
  }

  override monotonicMs(): number {
    return performance.now();
  }

  override after(delayMs: number, callback: () => void): CancelTimer {
    const dueMs = this.monotonicMs() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      // Of no delay less than nothing is left by now, which Node warns of.
      const leftMs = Math.max(0, dueMs - this.monotonicMs());
      timer = setTimeout(
        leftMs > LONGEST_TIMER_MS ? arm : callback,
        Math.min(leftMs, LONGEST_TIMER_MS),
      );
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  }
}
