import type { Clock } from '../clock/clock.js';

/** How long after a request the next one is looked for, in milliseconds. */
export const POLL_MS = 0.2;

/** So many requests, each within {@link POLL_MS} of the one before, begin it. */
export const NEAR_REQUESTS = 4;

/** A request after so few looks would have come without looking for it. */
const AT_ONCE_LOOKS = 1;

/** So many of them in a row end it. */
export const AT_ONCE_TIMES = 4;

/** Looks are a few microseconds apart, unless somebody else had the processor in between. */
export const LOST_MS = 0.5;

/** It is lost now and then on any machine; where others need it, more often than once in so many. */
export const REQUESTS_A_LOSS = 250;

/** So many requests later it is tried again where it was of no use. */
export const REST_REQUESTS = 1_000;

/**
 * Looks for the next request of a client that asks one after the other, for a moment, instead of
 * sleeping until it comes: to be woken up takes longer than to answer a `TIME`, on virtual
 * processors several times as long (docs/performance.md). As the halt polling of KVM does, it goes
 * on only while it pays. It ends when nothing comes in time, when there is anything else to do, and
 * for long where others need this processor: they would get it at the cost of a slice of time,
 * just when an answer is due.
 */
export class BusyPoll {
  #active = false;
  #client = 0;
  #near = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #looks = 0;
  #lookedMs = 0;
  #atOnce = 0;
  #sinceLoss = REQUESTS_A_LOSS;

  constructor(
    private readonly clock: Clock,
    private readonly allowed: boolean,
  ) {}

  get active(): boolean {
    return this.#active;
  }

  /**
   * A client was answered all it asked for.
   * @param nowMs when it asked, on the monotonic clock
   */
  answered(client: number, nowMs: number): void {
    if (!this.allowed) return;
    const next = client === this.#client && nowMs - this.#lastMs <= POLL_MS;
    this.#lastMs = nowMs;
    if (!next) this.#end(nowMs);
    else if (this.#active) this.#found();
    else if (++this.#near >= NEAR_REQUESTS) this.#begin(nowMs);
    this.#client = client;
  }

  /** There is something to wait for: the disk, Redis, or a lock. */
  busy(): void {
    this.#active = false;
    this.#client = 0;
    this.#near = Math.min(this.#near, 0);
  }

  #begin(nowMs: number): void {
    this.#active = true;
    this.#looks = 0;
    this.#lookedMs = nowMs;
    this.#atOnce = 0;
    setImmediate(this.#look);
  }

  #found(): void {
    const atOnce = this.#looks <= AT_ONCE_LOOKS;
    this.#looks = 0;
    if (atOnce) {
      if (++this.#atOnce >= AT_ONCE_TIMES) this.#useless();
      return;
    }
    this.#atOnce = 0;
    this.#sinceLoss += 1;
  }

  /** A turn of the event loop that does not sleep, since one more is asked for. */
  readonly #look = (): void => {
    if (!this.#active) return;
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#lastMs > POLL_MS) {
      this.#end(nowMs);
      return;
    }
    this.#lookedMs = nowMs;
    this.#looks += 1;
    setImmediate(this.#look);
  };

  #end(nowMs: number): void {
    if (this.#active && nowMs - this.#lookedMs > LOST_MS) {
      if (this.#sinceLoss < REQUESTS_A_LOSS) this.#useless();
      this.#sinceLoss = 0;
    }
    this.busy();
  }

  #useless(): void {
    this.busy();
    this.#near = NEAR_REQUESTS - REST_REQUESTS;
  }
}
