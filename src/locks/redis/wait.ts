import type { Acquisition, LockRequest } from '../lock-table.js';

/** One request that waits, or is about to. */
export class Wait {
  readonly #settled = Promise.withResolvers<Acquisition>();
  readonly #ends: (() => void)[] = [];
  /** Its order in the table's queue; undefined until it is in there, as far as is known. */
  order: number | undefined;
  over = false;
  /** Over because it was granted. */
  granted = false;

  constructor(
    readonly request: LockRequest,
    readonly begunMs: number,
  ) {}

  get settled(): Promise<Acquisition> {
    return this.#settled.promise;
  }

  /** To be called when the wait is over, however it ends. */
  onEnd(end: () => void): void {
    this.#ends.push(end);
  }

  settle(acquisition: Acquisition): void {
    this.end();
    if (acquisition.outcome === 'granted') this.granted = true;
    this.#settled.resolve(acquisition);
  }

  fail(error: unknown): void {
    this.end();
    this.#settled.reject(error);
  }

  end(): void {
    this.over = true;
    for (const end of this.#ends.splice(0)) end();
  }
}
