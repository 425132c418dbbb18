import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { LockObserver } from './lock-observer.js';
import type { HeldLock, Session } from './session.js';

/** Every lock held through this replica, so that leases can be renewed together. */
@injectable()
export class HeldLocks {
  readonly #all = new Set<HeldLock>();

  constructor(
    private readonly clock: Clock,
    private readonly observer: LockObserver,
  ) {}

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<HeldLock> {
    return this.#all.values();
  }

  /** Whether it was neither given up nor found to be gone. */
  has(lock: HeldLock): boolean {
    return this.#all.has(lock);
  }

  /** `lock` was granted to `session`; an earlier grant of the same name (an upgrade) is replaced. */
  add(session: Session, lock: HeldLock): void {
    const replaced = session.held.get(lock.name);
    if (replaced !== undefined) this.remove(session, replaced);
    session.held.set(lock.name, lock);
    this.#all.add(lock);
  }

  /** The client gave it up, or was told that it is gone. */
  remove(session: Session, lock: HeldLock): void {
    if (session.held.get(lock.name) === lock) session.held.delete(lock.name);
    if (!this.#all.delete(lock) || lock.state !== 'live') return;
    this.observer.ended(lock.mode, 'released', this.#heldSeconds(lock));
  }

  /** Its lease was extended to `ttlMs` from `sinceMs`, a moment before the table was asked. */
  renewed(lock: HeldLock, sinceMs: number): void {
    lock.endsAtMs = sinceMs + lock.ttlMs;
    if (lock.state === 'live') return;
    lock.state = 'live';
    this.observer.granted(lock.mode, 0);
  }

  /** Its lease ran out, or the table says that it is not this session's any more. */
  ended(lock: HeldLock, state: 'expired' | 'lost'): void {
    if (lock.state === 'live') {
      this.observer.ended(lock.mode, 'expired', this.#heldSeconds(lock));
    }
    if (lock.state !== 'lost') lock.state = state;
  }

  #heldSeconds(lock: HeldLock): number {
    return (this.clock.monotonicMs() - lock.grantedAtMs) / 1000;
  }
}
