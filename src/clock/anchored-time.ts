/** How long an anchor is used, in milliseconds: a step of the system's clock shows within it. */
export const ANCHOR_MS = 10;

/** The two clocks may be compared so often for an anchor, before that has to do. */
const MAX_TRIES = 3;

/** As long as nothing is known, which is when this code runs for the first time, and slowly. */
export const FIRST_TRIES = 25;

/** Between two looks at the monotonic clock around one at the other: what is wider was interrupted. */
const GOOD_WIDTH_MS = 0.004;

/** Shorter steps backwards are those of anchors against each other, and are not shown. */
const STEP_MICROS = 1_000;

/**
 * The time of day from the monotonic clock, which costs a tenth of reading the former, anchored to
 * it again and again. Never goes back, unless the system's clock is set back.
 *
 * One comparison of the two clocks tells only within which microsecond or two they lie to each
 * other. Where both run at the same rate, as on Linux, where the system slews both together, all
 * comparisons tell of the same value, and what they have in common is soon a small part of one.
 */
export class AnchoredTime {
  /** Whole microseconds since the epoch, near which all is computed: a double has no digits left. */
  #baseMicros = 0;
  /** Microseconds after the base when the monotonic clock was at zero, at the earliest and latest. */
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  #zeroMicros = 0;
  #untilMs = Number.NEGATIVE_INFINITY;
  #lastMicros = 0;

  /**
   * @param wallMicros microseconds since the epoch, whole, cut off
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
    const micros = this.#baseMicros + Math.floor(this.#zeroMicros + nowMs * 1_000);
    if (micros < this.#lastMicros && this.#lastMicros - micros < STEP_MICROS) {
      return this.#lastMicros;
    }
    this.#lastMicros = micros;
    return micros;
  }

  /** Whoever is interrupted in the middle of it has learned little, and looks again. */
  #anchor(nowMs: number): void {
    const mostTries = this.#baseMicros === 0 ? FIRST_TRIES : MAX_TRIES;
    let widthMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < mostTries && widthMs > GOOD_WIDTH_MS; tries++) {
      const beforeMs = this.monotonicMs();
      const wallMicros = this.wallMicros();
      const afterMs = this.monotonicMs();
      widthMs = afterMs - beforeMs;
      this.#learn(beforeMs, wallMicros, afterMs);
    }
    this.#zeroMicros = (this.#earliest + this.#latest) / 2;
    this.#untilMs = nowMs + ANCHOR_MS;
  }

  /** At some moment from before to after, the wall clock was less than one beyond `wallMicros`. */
  #learn(beforeMs: number, wallMicros: number, afterMs: number): void {
    const sinceBase = wallMicros - this.#baseMicros;
    const earliest = Math.max(this.#earliest, sinceBase - afterMs * 1_000);
    const latest = Math.min(this.#latest, sinceBase + 1 - beforeMs * 1_000);
    if (earliest < latest) {
      this.#earliest = earliest;
      this.#latest = latest;
      return;
    }
    // The clocks do not lie to each other as they did: one was set, or they run apart.
    this.#baseMicros = wallMicros;
    this.#earliest = -afterMs * 1_000;
    this.#latest = 1 - beforeMs * 1_000;
  }
}
