import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import type { FileName } from '../files/file-name.js';
import type { LockMode } from '../locks/model.js';
import { FileLocking, type LockOutcome, type LockWish } from './file-locking.js';
import type { HeldLock, Session } from './session.js';

export interface Denied {
  readonly outcome: 'denied';
  /** The first that could not be had. */
  readonly name: FileName;
  readonly because: Exclude<LockOutcome, { readonly outcome: 'granted' }>;
}

export type ManyLocksOutcome =
  /** In the order asked for. */
  { readonly outcome: 'granted'; readonly locks: readonly HeldLock[] } | Denied;

/** One wish for each name. Their waits are one, for all together. */
export type WishFor = (name: FileName) => LockWish;

/**
 * Locks several files, all or none. They are taken one after the other in the order of their names,
 * whatever order they were asked for in, so that those who do the same never wait in a circle.
 */
@injectable()
export class ManyLocks {
  constructor(
    private readonly locking: FileLocking,
    private readonly clock: Clock,
  ) {}

  /**
   * Where it does not answer that all are granted, the session holds what it held before.
   * @param names each once
   * @throws as FileLocking.lock does
   */
  async lock(
    session: Session,
    names: readonly FileName[],
    wishFor: WishFor,
  ): Promise<ManyLocksOutcome> {
    const sorted = names.toSorted(byCodeUnit);
    const fresh = sorted.filter((name) => !isHeld(session.held.get(name)));
    let complete = false;
    try {
      const denied =
        (await this.#gather(session, sorted, wishFor)) ??
        (await this.#startLeases(session, sorted, new Set(fresh), wishFor));
      if (denied !== undefined) return denied;
      complete = true;
    } finally {
      if (!complete) await this.#giveBack(session, fresh);
    }
    return { outcome: 'granted', locks: names.flatMap((name) => session.held.get(name) ?? []) };
  }

  /** What is new is kept alive meanwhile, so that no lease runs out while others are waited for. */
  async #gather(
    session: Session,
    sorted: readonly FileName[],
    wishFor: WishFor,
  ): Promise<Denied | undefined> {
    const begunMs = this.clock.monotonicMs();
    for (const name of sorted) {
      const wish = wishFor(name);
      const known = session.held.get(name);
      if (isHeld(known) && covers(known.mode, wish.mode)) continue;
      const because = await this.locking.lock(session, name, {
        ...wish,
        ttlMs: known === undefined ? undefined : wish.ttlMs,
        waitMs: leftOf(wish.waitMs, this.clock.monotonicMs() - begunMs),
      });
      if (because.outcome !== 'granted') return { outcome: 'denied', name, because };
    }
    return undefined;
  }

  /** Locking again what is held renews it; what was lost meanwhile is had anew, or all are not. */
  async #startLeases(
    session: Session,
    sorted: readonly FileName[],
    fresh: ReadonlySet<FileName>,
    wishFor: WishFor,
  ): Promise<Denied | undefined> {
    for (const name of sorted) {
      const wish = wishFor(name);
      const isKept = fresh.has(name) && wish.ttlMs === undefined;
      if (isKept && session.held.get(name)?.state === 'live') continue;
      const because = await this.locking.lock(session, name, { ...wish, waitMs: 0 });
      if (because.outcome !== 'granted') return { outcome: 'denied', name, because };
    }
    return undefined;
  }

  /** The last first, as if it had never begun. */
  async #giveBack(session: Session, names: readonly FileName[]): Promise<void> {
    // A kept session's wait goes on without its connection; but nobody hears of half of these.
    await session.waiting?.end('give-up');
    for (const name of names.toReversed()) {
      const lock = session.held.get(name);
      if (lock !== undefined) await this.locking.endQuietly(session, lock);
    }
  }
}

function isHeld(lock: HeldLock | undefined): lock is HeldLock {
  return lock !== undefined && lock.state !== 'lost';
}

function covers(held: LockMode, wanted: LockMode): boolean {
  return held === 'exclusive' || wanted === 'shared';
}

/** One who wants to wait is never asked not to: it is told where it stood in line. */
function leftOf(waitMs: number, elapsedMs: number): number {
  return waitMs === 0 ? 0 : Math.max(1, waitMs - elapsedMs);
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
