import type { Request } from './request.js';

/** One that waits and, on the monotonic clock in milliseconds, until when. */
interface Waiting {
  readonly request: Request;
  readonly untilMs: number;
}

/**
 * Requests that wait for a connection. Each has its patience once, however often its connection
 * breaks; but one that the server keeps waiting has it anew with every break, for its own wait is
 * what bounds it.
 */
export class WaitingRequests {
  readonly #patienceMs: number;
  readonly #onExpired: (request: Request) => void;
  readonly #knownUntilMs = new WeakMap<Request, number>();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(patienceMs: number, onExpired: (request: Request) => void) {
    this.#patienceMs = patienceMs;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Those that wait now, in order. */
  get requests(): readonly Request[] {
    return this.#waiting.map(({ request }) => request);
  }

  add(request: Request): void {
    this.#waiting.push(this.#entry(request));
  }

  /** In front of those that came later. */
  putBack(requests: readonly Request[]): void {
    this.#waiting.unshift(...requests.map((request) => this.#entry(request)));
  }

  remove(request: Request): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((other) => other.request !== request);
    return this.#waiting.length < before;
  }

  takeAll(): readonly Request[] {
    const taken = this.requests;
    this.#waiting = [];
    this.#disarm();
    return taken;
  }

  #entry(request: Request): Waiting {
    const known = request.waitMs > 0 ? undefined : this.#knownUntilMs.get(request);
    const untilMs = known ?? performance.now() + this.#patienceMs;
    this.#knownUntilMs.set(request, untilMs);
    this.#arm(untilMs);
    return { request, untilMs };
  }

  /** One timer for all: it is due when the first of them is. */
  #arm(untilMs: number): void {
    if (untilMs >= this.#dueMs) return;
    this.#disarm();
    this.#dueMs = untilMs;
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, untilMs - performance.now()));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  #expire(): void {
    this.#disarm();
    // A timer may fire a fraction of a millisecond early.
    const nowMs = Math.ceil(performance.now());
    const expired = this.#waiting.filter(({ untilMs }) => untilMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ untilMs }) => untilMs > nowMs);
    for (const { untilMs } of this.#waiting) this.#arm(untilMs);
    for (const { request } of expired) this.#onExpired(request);
  }
}
