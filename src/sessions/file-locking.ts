import { randomUUID } from 'node:crypto';
import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { FileStoreUnavailable } from '../files/errors.js';
import type { FileName } from '../files/file-name.js';
import { FileStore } from '../files/file-store.js';
import type { Head } from '../files/head.js';
import { LockTableUnavailable } from '../locks/errors.js';
import {
  type Acquisition,
  type Grant,
  LockTable,
  type QueuePlace,
  type RenewOutcome,
} from '../locks/lock-table.js';
import type { CircleStep, GrantId, LockMode, LockState } from '../locks/model.js';
import { HeldLocks } from './held-locks.js';
import { LockObserver } from './lock-observer.js';
import { SessionOptions } from './options.js';
import { PendingReleases } from './pending-releases.js';
import type { HeldLock, Session } from './session.js';

/**
 * How often one LOCK begins anew after its grant passed on before it could be confirmed. It takes
 * a stall of seconds each time; a store that slow should be told, not hidden.
 */
const MAX_VOID_GRANTS = 3;

/** How often one grant is raised above the store's token; each time somebody else was faster. */
const MAX_RAISES = 16;

export interface LockWish {
  readonly mode: LockMode;
  /** Milliseconds; undefined: the default, kept alive while the connection lives. */
  readonly ttlMs: number | undefined;
  /** Milliseconds to queue; 0: not at all. */
  readonly waitMs: number;
  /** Shown to who waits for this lock; may be empty. */
  readonly note: string;
  /** Called once if it has to wait. */
  readonly onQueued?: (place: QueuePlace) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

export type LockOutcome =
  /** `fresh`: false where the session held it already and only its lease was renewed. */
  | { readonly outcome: 'granted'; readonly lock: HeldLock; readonly fresh: boolean }
  | { readonly outcome: 'locked'; readonly state: LockState }
  | { readonly outcome: 'timeout'; readonly state: LockState; readonly position: number }
  | { readonly outcome: 'deadlock'; readonly circle: readonly CircleStep[] }
  /** The wait was ended; or the session went on waiting through another connection. */
  | { readonly outcome: 'cancelled' | 'superseded' };

export type RenewalOutcome =
  | { readonly outcome: 'renewed'; readonly ttlMs: number }
  | { readonly outcome: 'notlocked' | 'lost' };

export type UnlockOutcome = 'released' | 'notlocked' | 'lost';

/**
 * Ties the lock table, which makes locking fair and fast, to the file store, which makes it
 * correct: a grant counts only once the file's head carries its token, so that every older
 * holder's write is refused where it lands.
 */
@injectable()
export class FileLocking {
  constructor(
    private readonly table: LockTable,
    private readonly files: FileStore,
    private readonly held: HeldLocks,
    private readonly pendingReleases: PendingReleases,
    private readonly observer: LockObserver,
    private readonly clock: Clock,
    private readonly options: SessionOptions,
  ) {}

  /**
   * Acquire, fence, confirm; only then is the client told.
   * @throws {LockTableUnavailable}, {@link FileStoreUnavailable}, FileNameTaken; nothing is held then
   */
  async lock(session: Session, name: FileName, wish: LockWish): Promise<LockOutcome> {
    const begunMs = this.clock.monotonicMs();
    const mayWait = wish.waitMs > 0 && !wish.signal.aborted;
    if (mayWait) this.observer.waiting(1);
    try {
      const outcome = await this.#lock(session, name, wish, begunMs, mayWait);
      this.#observe(outcome, begunMs);
      return outcome;
    } finally {
      if (mayWait) this.observer.waiting(-1);
    }
  }

  /** Extends the lease, also one that ran out and was not granted to anybody since. */
  async renew(session: Session, name: FileName, ttlMs?: number): Promise<RenewalOutcome> {
    const lock = session.held.get(name);
    if (lock === undefined) return { outcome: 'notlocked' };
    const formerMs = lock.ttlMs;
    const wantedMs = ttlMs ?? formerMs;
    const sinceMs = this.clock.monotonicMs();
    // Already now: a renewal in the background, sent after this one, must not shorten the lease.
    lock.ttlMs = wantedMs;
    let outcome: RenewOutcome | undefined;
    try {
      [outcome] = await this.table.renew([{ name, grantId: lock.grantId, ttlMs: wantedMs }]);
    } catch (error) {
      lock.ttlMs = formerMs;
      throw error;
    }
    if (outcome !== 'renewed') {
      this.held.ended(lock, 'lost');
      this.held.remove(session, lock);
      return { outcome: 'lost' };
    }
    if (ttlMs !== undefined) lock.keepAlive = false;
    this.held.renewed(lock, sinceMs);
    return { outcome: 'renewed', ttlMs: wantedMs };
  }

  /** @throws {LockTableUnavailable}; the release goes on being tried in the background */
  async unlock(session: Session, name: FileName): Promise<UnlockOutcome> {
    const lock = session.held.get(name);
    if (lock === undefined) return 'notlocked';
    return (await this.end(session, lock)) ? 'released' : 'lost';
  }

  /** Ends every lock of a session whose connection is gone. Never throws. */
  async releaseAll(session: Session): Promise<void> {
    await Promise.all([...session.held.values()].map((lock) => this.endQuietly(session, lock)));
  }

  /**
   * Ends a lock; false if it was not this session's any more.
   * @throws {LockTableUnavailable}; the release goes on being tried in the background
   */
  async end(session: Session, lock: HeldLock): Promise<boolean> {
    this.held.remove(session, lock);
    if (lock.head.version === 0) await this.#forgetUnwritten(lock.head);
    return await this.#release(lock.name, lock.grantId, lock.ttlMs);
  }

  /** As {@link end}, for when the client's answer does not depend on it. */
  async endQuietly(session: Session, lock: HeldLock): Promise<void> {
    try {
      await this.end(session, lock);
    } catch (error) {
      if (!(error instanceof LockTableUnavailable)) throw error;
    }
  }

  async #lock(
    session: Session,
    name: FileName,
    wish: LockWish,
    begunMs: number,
    mayWait: boolean,
  ): Promise<LockOutcome> {
    for (let tries = 0; tries < MAX_VOID_GRANTS; tries++) {
      const leftMs = wish.waitMs - (this.clock.monotonicMs() - begunMs);
      const known = session.held.get(name);
      const waitMs = mayWait ? Math.max(0, Math.ceil(leftMs)) : undefined;
      const acquisition = await this.#acquire(session, name, wish, waitMs);
      if (acquisition.outcome !== 'granted') return acquisition;
      const { grant } = acquisition;
      let lock: HeldLock | undefined;
      try {
        lock = await this.#take(session, name, wish, grant);
      } finally {
        // A fresh grant ended the one before it (a reader becomes a writer), whatever came of it.
        if (lock === undefined && grant.fresh && known !== undefined) {
          this.held.ended(known, 'lost');
        }
      }
      if (lock !== undefined) return { outcome: 'granted', lock, fresh: lock !== known };
      this.observer.denied('void', (this.clock.monotonicMs() - begunMs) / 1000);
      if (grant.fresh && known?.mode === 'shared' && wish.mode === 'exclusive') {
        // Just "LOCKED" would say that the client goes on reading.
        throw new LockTableUnavailable(
          `the shared lock on "${name}" is lost: it passed on before the exclusive one could be confirmed; LOCK it again`,
          false,
        );
      }
    }
    throw new LockTableUnavailable(
      `the lock on "${name}" passed on before it could be confirmed: the store is too slow; try again`,
      false,
    );
  }

  async #acquire(
    session: Session,
    name: FileName,
    wish: LockWish,
    waitMs: number | undefined,
  ): Promise<Acquisition> {
    const ttlMs = wish.ttlMs ?? this.options.leaseTtlMs;
    const known = session.held.get(name);
    const formerMs = known?.ttlMs ?? ttlMs;
    let isRenewed = false;
    // As in renew(): what is held already may be renewed in the background meanwhile.
    if (known !== undefined) known.ttlMs = ttlMs;
    try {
      const acquisition = await this.table.acquire({
        name,
        mode: wish.mode,
        session: session.id,
        grantId: randomUUID() as GrantId,
        ttlMs,
        waitMs: waitMs ?? 0,
        holder: session.holder,
        address: session.address,
        note: wish.note,
        generation: session.generation,
        holdsOthers: session.held.size > (known === undefined ? 0 : 1),
        ...(waitMs === undefined ? {} : { signal: wish.signal }),
        ...(wish.onQueued === undefined ? {} : { onQueued: wish.onQueued }),
      });
      isRenewed = acquisition.outcome === 'granted' && !acquisition.grant.fresh;
      return acquisition;
    } finally {
      if (known !== undefined && !isRenewed) known.ttlMs = formerMs;
    }
  }

  /** Makes a grant of the table a lock that its client may be told of; undefined if it is void. */
  async #take(
    session: Session,
    name: FileName,
    wish: LockWish,
    grant: Grant,
  ): Promise<HeldLock | undefined> {
    const ttlMs = wish.ttlMs ?? this.options.leaseTtlMs;
    const sinceMs = this.clock.monotonicMs();
    if (!grant.fresh) {
      const known = session.held.get(name);
      if (known?.grantId === grant.grantId) {
        known.ttlMs = ttlMs;
        known.keepAlive = wish.ttlMs === undefined;
        this.held.renewed(known, sinceMs);
        return known;
      }
      // Left over from an attempt that failed or a release that did: it is still being cancelled
      // in the background, so the client must not be told that it has this one.
      await this.#release(name, grant.grantId, ttlMs);
      return undefined;
    }
    try {
      const fenced = await this.#fence(name, grant);
      if (fenced === undefined) return undefined;
      const confirmMs = this.clock.monotonicMs();
      const confirmed = await this.table.confirm({ name, grantId: grant.grantId, ttlMs });
      if (confirmed === undefined) return undefined;
      const lock: HeldLock = {
        name,
        grantId: grant.grantId,
        mode: grant.mode,
        token: fenced.token,
        head: fenced,
        ttlMs,
        copies: confirmed.copies,
        keepAlive: wish.ttlMs === undefined,
        grantedAtMs: this.clock.monotonicMs(),
        endsAtMs: confirmMs + ttlMs,
        state: 'live',
      };
      this.held.add(session, lock);
      return lock;
    } catch (error) {
      // The client will not be told of this grant, so it must not stay.
      await this.#release(name, grant.grantId, ttlMs).catch(() => false);
      throw error;
    }
  }

  /**
   * Makes the head carry the grant's token. Where the store's token leads, the table has lost its
   * memory, and is corrected; unless this grant itself is over: then it is this replica that was
   * asleep, and the grant is void.
   */
  async #fence(name: FileName, grant: Grant): Promise<Head | undefined> {
    let token = grant.token;
    for (let raises = 0; raises < MAX_RAISES; raises++) {
      const result = await this.files.fence(name, token, grant.mode === 'shared');
      if (result.outcome === 'fenced') return result.head;
      const raised = await this.table.raise(name, grant.grantId, result.token);
      if (raised === undefined) return undefined;
      token = raised;
    }
    throw new FileStoreUnavailable(
      `the head of "${name}" is changed by others all the time; try again`,
      false,
    );
  }

  /** @returns whether it was held; failing that for good, the release is tried again later */
  async #release(name: FileName, grantId: GrantId, ttlMs: number): Promise<boolean> {
    try {
      return await this.table.release(name, grantId);
    } catch (error) {
      this.pendingReleases.add(name, grantId, ttlMs);
      throw error;
    }
  }

  /** Tidiness only: a head that stays behind is found by the store's own cleaning. */
  async #forgetUnwritten(head: Head): Promise<void> {
    try {
      await this.files.forgetUnwritten(head);
    } catch (error) {
      if (!(error instanceof FileStoreUnavailable)) throw error;
    }
  }

  #observe(outcome: LockOutcome, begunMs: number): void {
    const waitedSeconds = (this.clock.monotonicMs() - begunMs) / 1000;
    if (outcome.outcome !== 'granted') this.observer.denied(outcome.outcome, waitedSeconds);
    else if (outcome.fresh) this.observer.granted(outcome.lock.mode, waitedSeconds);
  }
}
