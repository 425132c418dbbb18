import type { Clock } from '../../clock/clock.js';
import type { TableObserver } from '../table-observer.js';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Measures how far the wall clock here is from Redis's: Redis read its clock somewhere between
 * question and answer, so the middle of both is off by half the time between them at most.
 */
export class ClockComparison {
  constructor(
    /** Redis's clock, in microseconds since the epoch. */
    private readonly readTheirs: () => Promise<number>,
    private readonly clock: Clock,
    private readonly observer: TableObserver,
  ) {}

  /** @throws {LockTableUnavailable} */
  async measure(): Promise<void> {
    const askedMicros = this.clock.epochMicros();
    const askedMs = this.clock.monotonicMs();
    const theirsMicros = await this.readTheirs();
    const roundTripMicros = (this.clock.monotonicMs() - askedMs) * 1_000;
    const oursMicros = askedMicros + roundTripMicros / 2;
    this.observer.clockMeasured(
      (oursMicros - theirsMicros) / MICROS_PER_SECOND,
      roundTripMicros / 2 / MICROS_PER_SECOND,
    );
  }
}
