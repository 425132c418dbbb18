import { injectable } from 'inversify';
import { AnchoredTime } from './anchored-time.js';
import { type CancelTimer, Clock } from './clock.js';

/** Node keeps a timer's delay in 32 bits; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

@injectable()
export class SystemClock extends Clock {
  readonly #time = new AnchoredTime(
    () => Number(Temporal.Now.instant().epochNanoseconds / 1000n),
    () => performance.now(),
  );

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
      const leftMs = dueMs - this.monotonicMs();
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
