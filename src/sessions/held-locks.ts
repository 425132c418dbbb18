import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import type { GrantId } from '../locks/model.js';
import { LockObserver } from './lock-observer.js';
import type { HeldLock, Session } from './session.js';

/** A lock and whose it is. */
export interface Holding {
  readonly session: Session;
  readonly lock: HeldLock;
}

/** Every lock held through this replica, so that leases can be renewed together. */
@injectable()
export class HeldLocks {
  readonly #all = new Map<GrantId, Holding>();

  constructor(
    private readonly clock: Clock,
    private readonly observer: LockObserver,
  ) {}

  get size(): number {
    return this.#all.size;
  }

  *[Symbol.iterator](): Generator<HeldLock> {
    for (const { lock } of this.#all.values()) yield lock;
  }

  find(grantId: GrantId): Holding | undefined {
    return this.#all.get(grantId);
  }

  /** Whether it was neither given up nor found to be gone. */
  has(lock: HeldLock): boolean {
    return this.#all.get(lock.grantId)?.lock === lock;
  }

  /** `lock` was granted to `session`; an earlier grant of the same name (an upgrade) is replaced. */
  add(session: Session, lock: HeldLock): void {
    const replaced = session.held.get(lock.name);
    if (replaced !== undefined) this.remove(session, replaced);
    session.held.set(lock.name, lock);
    this.#all.set(lock.grantId, { session, lock });
  }

  /** The client gave it up, or was told that it is gone. */
  remove(session: Session, lock: HeldLock): void {
    if (session.held.get(lock.name) === lock) session.held.delete(lock.name);
    if (!this.has(lock)) return;
    this.#all.delete(lock.grantId);
    if (lock.state === 'live') this.observer.ended(lock.mode, 'released', this.#heldSeconds(lock));
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

  /** As {@link ended}, where the client does not learn of it by an answer. */
  lost(lock: HeldLock, because?: string): void {
    const holding = this.#all.get(lock.grantId);
    if (holding?.lock !== lock || lock.state === 'lost') return;
    if (because !== undefined) lock.lostBecause = because;
    this.ended(lock, 'lost');
    holding.session.listener?.lost(lock);
  }

  /** The session went on elsewhere, with all that it holds. */
  abandon(session: Session): void {
    session.left = true;
    for (const lock of [...session.held.values()]) this.remove(session, lock);
  }

  #heldSeconds(lock: HeldLock): number {
    return (this.clock.monotonicMs() - lock.grantedAtMs) / 1000;
  }
}
