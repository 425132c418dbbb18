import type { HeldLock } from '../client/index.js';

/** Asks for another full lease when a third of it has gone by: two tries may fail. */
const RENEWALS_PER_LEASE = 3;

/** Renews a lock from here until disposed of. A lock that is lost tells so by its own signal. */
export function keepRenewed(lock: HeldLock): Disposable {
  const timer = setInterval(() => {
    // What fails is tried again next time, or told by the lock's signal.
    lock.renew(lock.ttlMs).catch(() => undefined);
  }, lock.ttlMs / RENEWALS_PER_LEASE);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
