import type { Request } from './request.js';

/** Requests that wait for a connection, each until a fixed time after it was made. */
export class WaitingRequests {
  readonly #patienceMs: number;
  readonly #onExpired: (request: Request) => void;
  #requests: Request[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(patienceMs: number, onExpired: (request: Request) => void) {
    this.#patienceMs = patienceMs;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#requests.length;
  }

  add(request: Request): void {
    this.#requests.push(request);
    this.#arm();
  }

  remove(request: Request): boolean {
    const before = this.#requests.length;
    this.#requests = this.#requests.filter((other) => other !== request);
    return this.#requests.length < before;
  }

  takeAll(): Request[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  /** One timer for all: it is due when the first of them is. */
  #arm(): void {
    const first = this.#requests[0];
    if (this.#timer !== undefined || first === undefined) return;
    const leftMs = first.createdAtMs + this.#patienceMs - performance.now();
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, leftMs));
  }

  #expire(): void {
    this.#timer = undefined;
    const latest = performance.now() - this.#patienceMs;
    const expired = this.#requests.filter((request) => request.createdAtMs <= latest);
    this.#requests = this.#requests.filter((request) => request.createdAtMs > latest);
    for (const request of expired) this.#onExpired(request);
    this.#arm();
  }
}
