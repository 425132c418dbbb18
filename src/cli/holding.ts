import type { CandadoClient, HeldLock, LockOptions } from '../client/index.js';

/** One lock or several, held together. */
export interface Holding extends Iterable<HeldLock>, AsyncDisposable {
  /** Aborted as soon as one of them is lost. */
  readonly signal: AbortSignal;
}

/** Locks one file, or several together: all of them or none. */
export async function take(
  client: CandadoClient,
  names: readonly string[],
  options: LockOptions,
): Promise<Holding> {
  const [name] = names;
  if (name === undefined || names.length > 1) return await client.lockAll(names, options);
  const lock = await client.lock(name, options);
  return {
    signal: lock.signal,
    [Symbol.iterator]: () => [lock][Symbol.iterator](),
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}
