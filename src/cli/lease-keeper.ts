import type { HeldLock } from '../client/index.js';

/** Asks for another full lease when a third of it has gone by: two tries may fail. */
const RENEWALS_PER_LEASE = 3;

/** Renews locks from here until disposed of. One that is lost tells so by its own signal. */
export function keepRenewed(locks: Iterable<HeldLock>): Disposable {
  const timers = Array.from(locks, (lock) =>
    setInterval(() => {
      // What fails is tried again next time, or told by the lock's signal.
      lock.renew(lock.ttlMs).catch(() => undefined);
    }, lock.ttlMs / RENEWALS_PER_LEASE).unref(),
  );
  return {
    [Symbol.dispose]: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
