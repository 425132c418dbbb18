import type { Clock } from '../../clock/clock.js';
import type { GrantId } from '../model.js';

/**
 * The most places in queues that are remembered after their session left. A grant to one that is
 * forgotten is given back at once, so that only the place is lost.
 */
const MAX_LEFT = 10_000;

/**
 * Requests that nobody here waits for any more, but whose place their session may take from another
 * replica: a grant to one of them is left alone until it passes on by itself.
 */
export class LeftPlaces {
  readonly #untilMs = new Map<GrantId, number>();

  constructor(private readonly clock: Clock) {}

  /** @param forMs for how long it may still be granted */
  add(grantId: GrantId, forMs: number): void {
    if (this.#untilMs.size >= MAX_LEFT) this.prune();
    if (this.#untilMs.size >= MAX_LEFT) {
      const [oldest] = this.#untilMs.keys();
      if (oldest !== undefined) this.#untilMs.delete(oldest);
    }
    this.#untilMs.set(grantId, this.clock.monotonicMs() + forMs);
  }

  has(grantId: GrantId): boolean {
    return this.#untilMs.has(grantId);
  }

  ended(grantId: GrantId): void {
    this.#untilMs.delete(grantId);
  }

  prune(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [grantId, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(grantId);
    }
  }
}
