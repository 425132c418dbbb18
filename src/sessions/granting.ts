import { randomUUID } from 'node:crypto';
import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { FileStoreUnavailable } from '../files/errors.js';
import type { FileName } from '../files/file-name.js';
import { FileStore } from '../files/file-store.js';
import type { Head } from '../files/head.js';
import { type Grant, type Lease, LockTable } from '../locks/lock-table.js';
import type { GrantId } from '../locks/model.js';
import { type KeptLock, SessionRecords } from '../locks/session-records.js';
import { HeldLocks } from './held-locks.js';
import { PendingReleases } from './pending-releases.js';
import { type HeldLock, ownedBy, type Session } from './session.js';

/** How often one grant is raised above the store's token; each time somebody else was faster. */
const MAX_RAISES = 16;

/** How often a head is moved that others move meanwhile: late writes, and other readers. */
const MAX_MOVES = 64;

/** The lease that a client asked for. */
export interface LeaseWish {
  readonly ttlMs: number;
  /** Whether the replica renews it while the session lives. */
  readonly keepAlive: boolean;
}

/**
 * Makes grants of the table locks that clients may be told of: a grant counts only once the file's
 * head carries its token, so that every older holder's write is refused where it lands.
 */
@injectable()
export class Granting {
  constructor(
    private readonly table: LockTable,
    private readonly files: FileStore,
    private readonly records: SessionRecords,
    private readonly held: HeldLocks,
    private readonly pendingReleases: PendingReleases,
    private readonly clock: Clock,
  ) {}

  /**
   * Fences the file, then confirms. Undefined if the grant is void: it passed on meanwhile, or the
   * session has left.
   * @throws {LockTableUnavailable}, {@link FileStoreUnavailable}, FileNameTaken; nothing is held then
   */
  async take(
    session: Session,
    name: FileName,
    wish: LeaseWish,
    grant: Grant,
  ): Promise<HeldLock | undefined> {
    const { ttlMs, keepAlive } = wish;
    if (!grant.fresh) return await this.#again(session, name, wish, grant);
    try {
      const [fenced] = await Promise.all([
        this.#fence(name, grant),
        this.#record(session, { name, ttlMs, keepAlive }),
      ]);
      if (fenced === undefined) return undefined;
      const confirmed = await this.table.confirm({ name, grantId: grant.grantId, ttlMs });
      if (confirmed === undefined) return undefined;
      if (session.left) {
        await this.release(name, grant.grantId, ttlMs);
        return undefined;
      }
      const lock: HeldLock = {
        name,
        grantId: grant.grantId,
        mode: grant.mode,
        token: fenced.token,
        head: fenced,
        ttlMs,
        copies: confirmed.copies,
        keepAlive,
        grantedAtMs: this.clock.monotonicMs(),
        endsAtMs: confirmed.sinceMs + ttlMs,
        state: 'live',
      };
      this.held.add(session, lock);
      return lock;
    } catch (error) {
      // The client will not be told of this grant, so it must not stay.
      await this.release(name, grant.grantId, ttlMs).catch(() => false);
      throw error;
    }
  }

  /**
   * A lock that a resumed session brings along: same token, and a head that moves, so that what its
   * former replica still has under way is refused. Undefined if it is the session's no more.
   * @throws {LockTableUnavailable}, {@link FileStoreUnavailable}
   */
  async takeOver(session: Session, kept: KeptLock): Promise<HeldLock | undefined> {
    const { ttlMs, keepAlive } = kept;
    const name = kept.name as FileName;
    const grantId = randomUUID() as GrantId;
    const sinceMs = this.clock.monotonicMs();
    // Before the table is asked: who resumes the session later swaps from a newer one.
    const head = await this.files.ensureHead(name);
    const taken = await this.table.takeOver({
      name,
      session: session.id,
      generation: session.generation,
      grantId,
      ttlMs,
      address: session.address,
    });
    if (taken === undefined) return undefined;
    const fenced = await this.#fenceOwn(head, taken.token, { name, grantId, ttlMs });
    if (fenced === undefined) {
      await this.release(name, grantId, ttlMs).catch(() => false);
      return undefined;
    }
    const lock: HeldLock = {
      name,
      grantId,
      mode: taken.mode,
      token: taken.token,
      head: fenced,
      ttlMs,
      copies: taken.copies,
      keepAlive,
      grantedAtMs: sinceMs,
      endsAtMs: sinceMs + ttlMs,
      state: 'live',
    };
    this.held.add(session, lock);
    return lock;
  }

  /**
   * Moves the head under the same token, with which only this session ever wrote. As long as its
   * former replica moves it, too, the table is asked again whether the session is still here: a
   * replica that slept must not shut out the one that resumed the session after it.
   */
  async #fenceOwn(from: Head, token: number, lease: Lease): Promise<Head | undefined> {
    let head = from;
    for (let tries = 0; tries < MAX_MOVES; tries++) {
      if (head.token > token) return undefined;
      const result = await this.files.fenceFrom(head, token);
      if (result.outcome === 'fenced') return result.head;
      head = result.current;
      const [outcome] = await this.table.renew([lease]);
      if (outcome !== 'renewed') return undefined;
    }
    throw new FileStoreUnavailable(`"${from.name}" is changed all the time: try again`, false);
  }

  /**
   * @returns whether it was held; failing that for good, the release is tried again later
   * @throws {LockTableUnavailable}
   */
  async release(name: FileName, grantId: GrantId, ttlMs: number): Promise<boolean> {
    try {
      return await this.table.release(name, grantId);
    } catch (error) {
      this.pendingReleases.add(name, grantId, ttlMs);
      throw error;
    }
  }

  /** What the session held already was renewed by the table. */
  async #again(
    session: Session,
    name: FileName,
    wish: LeaseWish,
    grant: Grant,
  ): Promise<HeldLock | undefined> {
    const sinceMs = this.clock.monotonicMs();
    if (session.left) return undefined; // whoever goes on with the session has it
    const known = session.held.get(name);
    if (known?.grantId !== grant.grantId) {
      // Left over from an attempt that failed or a release that did: it is still being cancelled
      // in the background, so the client must not be told that it has this one.
      await this.release(name, grant.grantId, wish.ttlMs);
      return undefined;
    }
    known.ttlMs = wish.ttlMs;
    known.keepAlive = wish.keepAlive;
    await this.#record(session, { name, ...wish });
    if (session.left) return undefined;
    this.held.renewed(known, sinceMs);
    return known;
  }

  /**
   * Before the client is told, so that another replica knows what the session may hold. Finds out
   * where the session has gone on elsewhere: nobody would use what it is granted here.
   */
  async #record(session: Session, lock: KeptLock): Promise<void> {
    if (!session.kept) return;
    const ownership = await this.records.holds(ownedBy(session), lock);
    if (ownership === 'left') this.held.abandon(session);
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
}
