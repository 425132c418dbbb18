import { SystemClock } from '../../src/clock/system-clock.js';

/** Ahead of the disk's own time, so that what lies there counts as old. */
export class ClockAhead extends SystemClock {
  constructor(private readonly aheadMs: number) {
    super();
  }

  override epochMicros(): number {
    return super.epochMicros() + this.aheadMs * 1000;
  }
}
