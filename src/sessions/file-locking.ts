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
  LockTable,
  type QueuePlace,
  type RenewOutcome,
} from '../locks/lock-table.js';
import type { CircleStep, GrantId, LockMode, LockState } from '../locks/model.js';
import { type KeptWait, SessionRecords } from '../locks/session-records.js';
import { Granting, type LeaseWish } from './granting.js';
import { HeldLocks } from './held-locks.js';
import { LockObserver } from './lock-observer.js';
import { SessionOptions } from './options.js';
import { type HeldLock, ownedBy, type Session } from './session.js';
import { SessionWait } from './session-wait.js';

/**
 * How often one LOCK begins anew after its grant passed on before it could be confirmed. It takes
 * a stall of seconds each time; a store that slow should be told, not hidden.
 */
const MAX_VOID_GRANTS = 3;

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
  /** Ends the wait; its reason is a `WaitEnd`. */
  readonly signal: AbortSignal;
}

export type LockOutcome =
  /** `fresh`: false where the session held it already and only its lease was renewed. */
  | { readonly outcome: 'granted'; readonly lock: HeldLock; readonly fresh: boolean }
  | { readonly outcome: 'locked'; readonly state: LockState }
  | { readonly outcome: 'timeout'; readonly state: LockState; readonly position: number }
  | { readonly outcome: 'deadlock'; readonly circle: readonly CircleStep[] }
  /** The wait was ended; or the session has gone on through another connection. */
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
    private readonly granting: Granting,
    private readonly records: SessionRecords,
    private readonly held: HeldLocks,
    private readonly observer: LockObserver,
    private readonly clock: Clock,
    private readonly options: SessionOptions,
  ) {}

  /**
   * Acquire, fence, confirm; only then is the client told.
   * @throws {LockTableUnavailable}, {@link FileStoreUnavailable}, FileNameTaken; nothing is held then
   */
  async lock(session: Session, name: FileName, wish: LockWish): Promise<LockOutcome> {
    const mayWait = wish.waitMs > 0 && !wish.signal.aborted;
    if (!mayWait || !session.kept) return await this.#observed(session, name, wish, mayWait);
    const wait = new SessionWait(wish.signal);
    session.waiting = wait;
    const attempt = this.#observed(session, name, { ...wish, signal: wait.signal }, true).finally(
      () => {
        if (session.waiting === wait) session.waiting = undefined;
        wait.over();
      },
    );
    const left = wait.left.then((): LockOutcome => ({ outcome: 'cancelled' }));
    return await Promise.race([attempt, left]);
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
    const wasHeld = await this.granting.release(lock.name, lock.grantId, lock.ttlMs);
    if (session.kept) void this.#tell(() => this.records.gaveUp(ownedBy(session), lock.name));
    return wasHeld;
  }

  /** As {@link end}, for when the client's answer does not depend on it. */
  async endQuietly(session: Session, lock: HeldLock): Promise<void> {
    try {
      await this.end(session, lock);
    } catch (error) {
      if (!(error instanceof LockTableUnavailable)) throw error;
    }
  }

  async #observed(
    session: Session,
    name: FileName,
    wish: LockWish,
    mayWait: boolean,
  ): Promise<LockOutcome> {
    const begunMs = this.clock.monotonicMs();
    if (mayWait) this.observer.waiting(1);
    try {
      const outcome = await this.#lock(session, name, wish, begunMs, mayWait);
      this.#observe(outcome, begunMs);
      return outcome;
    } finally {
      if (mayWait) this.observer.waiting(-1);
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
        lock = await this.granting.take(session, name, this.#lease(wish), grant);
      } finally {
        // A fresh grant ended the one before it (a reader becomes a writer), whatever came of it.
        if (lock === undefined && grant.fresh && known !== undefined) {
          this.held.ended(known, 'lost');
        }
      }
      if (lock !== undefined) return { outcome: 'granted', lock, fresh: lock !== known };
      if (session.left) return { outcome: 'superseded' };
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
    const { ttlMs } = this.#lease(wish);
    const grantId = randomUUID() as GrantId;
    const known = session.held.get(name);
    const place = session.place?.name === name ? session.place : undefined;
    const formerMs = known?.ttlMs ?? ttlMs;
    let isRenewed = false;
    // As in renew(): what is held already may be renewed in the background meanwhile.
    if (known !== undefined) known.ttlMs = ttlMs;
    try {
      const acquisition = await this.table.acquire({
        name,
        mode: wish.mode,
        session: session.id,
        grantId,
        ttlMs,
        waitMs: waitMs ?? 0,
        holder: session.holder,
        address: session.address,
        note: wish.note,
        generation: session.generation,
        holdsOthers: session.held.size > (known === undefined ? 0 : 1),
        outright: true,
        ...(waitMs === undefined ? {} : { signal: wish.signal }),
        ...(place === undefined ? {} : { inPlaceOf: place.grantId }),
        onQueued: (queued) => {
          void this.#recordWait(session, { name, grantId }, ttlMs);
          wish.onQueued?.(queued);
        },
      });
      isRenewed = acquisition.outcome === 'granted' && !acquisition.grant.fresh;
      if (session.place === place) session.place = undefined;
      return acquisition;
    } finally {
      if (known !== undefined && !isRenewed) known.ttlMs = formerMs;
    }
  }

  #lease({ ttlMs }: LockWish): LeaseWish {
    return { ttlMs: ttlMs ?? this.options.leaseTtlMs, keepAlive: ttlMs === undefined };
  }

  /**
   * So that another replica can take the place. Without it only the place is lost; one that nobody
   * can take any more must not be granted either, for that would hold up all behind it.
   */
  async #recordWait(session: Session, wait: KeptWait, ttlMs: number): Promise<void> {
    if (!session.kept) return;
    await this.#tell(async () => {
      if ((await this.records.waits(ownedBy(session), wait)) !== 'left') return;
      await session.waiting?.end('give-up');
      await this.granting.release(wait.name as FileName, wait.grantId, ttlMs);
    });
  }

  async #tell(say: () => Promise<void>): Promise<void> {
    try {
      await say();
    } catch (error) {
      if (!(error instanceof LockTableUnavailable)) throw error;
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
