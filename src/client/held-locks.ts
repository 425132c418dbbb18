import type { HeldLock } from './held-lock.js';

/** Locks that were granted together, in the order in which they were asked for. */
export class HeldLocks implements Iterable<HeldLock>, AsyncDisposable {
  readonly #locks: readonly HeldLock[];
  /** Aborted, with a `LockLost` as its reason, as soon as one of them is lost. */
  readonly signal: AbortSignal;

  constructor(locks: readonly HeldLock[]) {
    this.#locks = locks;
    this.signal = AbortSignal.any(locks.map((lock) => lock.signal));
  }

  /** How many were asked for. */
  get size(): number {
    return this.#locks.length;
  }

  /** The lock on `name`. @throws {RangeError} if it was not among those asked for */
  get(name: string): HeldLock {
    const lock = this.#locks.find((each) => each.name === name);
    if (lock === undefined) throw new RangeError(`${name} is not among these locks`);
    return lock;
  }

  [Symbol.iterator](): Iterator<HeldLock> {
    return this.#locks[Symbol.iterator]();
  }

  /** Gives up those that are still held. Rejects, after all were tried, with what one was told. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ends = await Promise.allSettled(this.#locks.map((lock) => lock[Symbol.asyncDispose]()));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
