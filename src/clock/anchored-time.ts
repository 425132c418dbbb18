/** How long an anchor is used, in milliseconds: a step of the system's clock shows within it. */
export const ANCHOR_MS = 10;

/** An anchor may be taken so often before the best of them has to do. */
const MAX_TRIES = 3;

/** Between two looks at the monotonic clock around one at the other; the error is half of it. */
const GOOD_WIDTH_MS = 0.004;

/** Shorter steps backwards are those of anchors against each other, and are not shown. */
const STEP_MICROS = 1_000;

/**
 * The time of day from the monotonic clock, which costs a tenth of reading the former, anchored to
 * it again and again. Never goes back, unless the system's clock is set back.
 */
export class AnchoredTime {
  /** Microseconds since the epoch when the monotonic clock was at zero. */
  #zeroMicros = 0;
  #untilMs = Number.NEGATIVE_INFINITY;
  #lastMicros = 0;

  /**
   * @param wallMicros microseconds since the epoch
   * @param monotonicMs milliseconds with a fraction
   */
  constructor(
    private readonly wallMicros: () => number,
    private readonly monotonicMs: () => number,
  ) {}

  /**
   * Microseconds since the epoch, whole.
   * @param nowMs what the monotonic clock says now, or said a moment ago
   */
  micros(nowMs = this.monotonicMs()): number {
    if (nowMs >= this.#untilMs) this.#anchor(nowMs);
    const micros = Math.floor(this.#zeroMicros + nowMs * 1_000);
    if (micros < this.#lastMicros && this.#lastMicros - micros < STEP_MICROS) {
      return this.#lastMicros;
    }
    this.#lastMicros = micros;
    return micros;
  }

  /** Whoever is interrupted in the middle of it would be off by as much, and looks again. */
  #anchor(nowMs: number): void {
    let best = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < MAX_TRIES && best > GOOD_WIDTH_MS; tries++) {
      const beforeMs = this.monotonicMs();
      const wallMicros = this.wallMicros();
      const afterMs = this.monotonicMs();
      if (afterMs - beforeMs >= best) continue;
      best = afterMs - beforeMs;
      // What it read is a whole number, cut off: half a microsecond early on average.
      this.#zeroMicros = wallMicros + 0.5 - ((beforeMs + afterMs) / 2) * 1_000;
    }
    this.#untilMs = nowMs + ANCHOR_MS;
  }
}
