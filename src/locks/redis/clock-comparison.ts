import type { Clock } from '../../clock/clock.js';
import type { TableObserver } from '../table-observer.js';

const MICROS_PER_SECOND = 1_000_000;

/**
 * So many questions for one result, of which the one with the shortest way says most (RFC 5905,
 * section 10): it was neither queued behind scripts nor held up by this process.
 */
export const EXCHANGES = 8;

/** Both clocks are read in whole microseconds, cut off: a difference is less than this off. */
const STAMP_MICROS = 1;

interface Compared {
  readonly offsetMicros: number;
  readonly boundMicros: number;
}

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
    let best = await this.#exchange();
    for (let asked = 1; asked < EXCHANGES; asked += 1) {
      const other = await this.#exchange();
      if (other.boundMicros < best.boundMicros) best = other;
    }
    this.observer.clockMeasured(
      best.offsetMicros / MICROS_PER_SECOND,
      best.boundMicros / MICROS_PER_SECOND,
    );
  }

  async #exchange(): Promise<Compared> {
    const askedMicros = this.clock.epochMicros();
    const askedMs = this.clock.monotonicMs();
    const theirsMicros = await this.readTheirs();
    const roundTripMicros = (this.clock.monotonicMs() - askedMs) * 1_000;
    return {
      offsetMicros: askedMicros + roundTripMicros / 2 - theirsMicros,
      boundMicros: roundTripMicros / 2 + STAMP_MICROS,
    };
  }
}
