import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../../clock/clock.js';
import { EventFeed } from '../../events/event-feed.js';
import { LockTableUnavailable } from '../errors.js';
import { type LockEvent, lockEvent } from '../lock-events.js';
import {
  type Acquisition,
  type Break,
  type Confirmation,
  type Confirmed,
  type Lease,
  type LockNotice,
  type LockRequest,
  LockTable,
  type RenewOutcome,
  type TakenOver,
  type TakeOver,
} from '../lock-table.js';
import {
  type GrantId,
  type LockHolder,
  type LockState,
  MAX_WAITERS,
  type SessionId,
} from '../model.js';
import { findCircle } from './circles.js';
import { type Holder, type Instant, LockEntry, shown, type Waiter } from './lock-entry.js';
import { QueuedRequest, type QueueKeeper } from './queued-request.js';

/**
 * Of how many free names the token is remembered; a forgotten one starts anew, and is raised above
 * what the store has reached.
 */
const MAX_FREE_NAMES = 100_000;

/** Only this process knows. */
const UNCOPIED: Confirmation = { copies: 0 };

/** A lock table for one process; nothing of it outlives the process. */
@injectable()
export class MemoryLockTable extends LockTable {
  readonly #held = new Map<string, LockEntry>();
  /** By when they became free, the longest first. */
  readonly #free = new Map<string, LockEntry>();
  readonly #timers = new Map<string, CancelTimer>();
  readonly #queued = new Set<QueuedRequest>();
  /** The latest of each session. */
  readonly #waiting = new Map<SessionId, QueuedRequest>();
  readonly #listeners = new Set<(notice: LockNotice) => void>();
  readonly #keeper: QueueKeeper = {
    ended: (queued) => {
      this.#queued.delete(queued);
      const { session } = queued.request;
      if (this.#waiting.get(session) === queued) this.#waiting.delete(session);
    },
    leave: ({ entry, request }) => this.#leave(entry, request.grantId),
  };
  #closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly events: EventFeed,
  ) {
    super();
  }

  override get available(): boolean {
    return !this.#closed;
  }

  override async open(): Promise<void> {
    this.#closed = false;
  }

  override async close(): Promise<void> {
    this.#closed = true;
    for (const queued of [...this.#queued]) queued.cancel();
    for (const cancelTimer of this.#timers.values()) cancelTimer();
    this.#timers.clear();
  }

  override async acquire(request: LockRequest): Promise<Acquisition> {
    this.#assertOpen();
    if (request.signal?.aborted === true) return { outcome: 'cancelled' };
    const entry = this.#take(request.name);
    entry.handOff(this.#now());
    if (this.#isOutdated(entry, request)) return this.#denied(entry);
    const grant = entry.inherit(request, this.#now()) ?? this.#grantUnlessWaiting(entry, request);
    if (grant !== undefined) {
      this.#settle(entry);
      return { outcome: 'granted', grant };
    }
    const former = entry.formerOf(request);
    const full = entry.waiting >= MAX_WAITERS && former === undefined;
    const upgrades = entry.ofSession(request.session) !== undefined;
    const mayWait = request.waitMs > 0 && !full && !upgrades;
    const circle = mayWait ? this.#circle(entry, request) : undefined;
    if (mayWait && circle === undefined) return await this.#wait(entry, request, former);
    // Nobody would come back to the place, and it would hold up who stands behind it.
    if (former !== undefined) entry.drop(former);
    this.#advance(entry);
    if (circle !== undefined) return { outcome: 'deadlock', circle };
    return this.#denied(entry);
  }

  override async confirm({ name, grantId, ttlMs }: Lease): Promise<Confirmed | undefined> {
    this.#assertOpen();
    const entry = this.#held.get(name);
    const holder = entry?.find(grantId);
    if (entry === undefined || holder === undefined) return undefined;
    if (holder.provisional) this.#tell(name, { event: 'granted', ...publicly(holder) });
    holder.provisional = false;
    holder.abandoned = false;
    holder.endsAtMs = this.clock.monotonicMs() + ttlMs;
    this.#settle(entry);
    return { ...UNCOPIED, sinceMs: this.clock.monotonicMs() };
  }

  override async raise(name: string, grantId: GrantId, token: number): Promise<number | undefined> {
    this.#assertOpen();
    const entry = this.#held.get(name);
    const holder = entry?.find(grantId);
    return holder === undefined ? undefined : entry?.raise(holder, token);
  }

  override async release(name: string, grantId: GrantId): Promise<boolean> {
    this.#assertOpen();
    const entry = this.#held.get(name);
    if (entry === undefined) return false;
    const ended = entry.remove(grantId);
    const left = entry.waiterOf(grantId);
    if (ended === undefined && left === undefined) return false;
    if (ended?.provisional === false) {
      const { mode, token } = ended;
      this.#tell(name, { event: 'released', mode, token });
    }
    if (left !== undefined) entry.drop(left);
    this.#advance(entry);
    return true;
  }

  override async renew(leases: readonly Lease[]): Promise<readonly RenewOutcome[]> {
    this.#assertOpen();
    return leases.map(({ name, grantId, ttlMs }) => {
      const entry = this.#held.get(name);
      const holder = entry?.find(grantId);
      if (entry === undefined || holder === undefined || holder.provisional) return 'lost';
      holder.endsAtMs = this.clock.monotonicMs() + ttlMs;
      this.#settle(entry);
      return 'renewed';
    });
  }

  override async endExpired(name: string): Promise<LockState> {
    this.#assertOpen();
    const entry = this.#held.get(name);
    if (entry === undefined) return free(name);
    entry.handOff(this.#now());
    entry.endExpired(this.#now());
    this.#settle(entry);
    return entry.view(this.#now());
  }

  override async takeOver(request: TakeOver): Promise<TakenOver | undefined> {
    this.#assertOpen();
    const entry = this.#held.get(request.name);
    const holder = entry?.takeOver(request, this.#now());
    if (entry === undefined || holder === undefined) return undefined;
    this.#settle(entry);
    const { mode, token, note } = holder;
    return { mode, token, note, ...UNCOPIED };
  }

  override async break(order: Break): Promise<readonly LockHolder[]> {
    this.#assertOpen();
    const { name, by, reason } = order;
    const entry = this.#take(name);
    const ended = entry.removeAll(order.token).filter(({ provisional }) => !provisional);
    for (const { token, grantId } of ended) {
      this.#tell(name, { event: 'broken', token, by, reason });
      this.#notify({ kind: 'broken', name, grantId, by, reason });
    }
    const holders = ended.map((holder) => shown(holder, this.#now()));
    this.#advance(entry);
    return holders;
  }

  override onNotice(listener: (notice: LockNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override async inspect(name: string): Promise<LockState> {
    this.#assertOpen();
    return this.#held.get(name)?.view(this.#now()) ?? free(name);
  }

  override async *list(): AsyncGenerator<LockState> {
    this.#assertOpen();
    for (const entry of [...this.#held.values()]) {
      const state = entry.view(this.#now());
      if (state.holders.length > 0) yield state;
    }
  }

  /** Whether it comes from a replica that its session has left. */
  #isOutdated(entry: LockEntry, { session, generation }: LockRequest): boolean {
    const holding = entry.ofSession(session)?.generation ?? 0;
    const waiting = this.#waiting.get(session)?.request.generation ?? 0;
    return generation < Math.max(holding, waiting);
  }

  /** A request that stands in the queue already is granted in its turn. */
  #grantUnlessWaiting(entry: LockEntry, request: LockRequest): ReturnType<LockEntry['tryGrant']> {
    if (entry.formerOf(request) !== undefined) return undefined;
    return entry.tryGrant(request, this.#now());
  }

  #denied(entry: LockEntry): Acquisition {
    this.#advance(entry);
    return { outcome: 'locked', state: entry.view(this.#now()) };
  }

  #circle(entry: LockEntry, request: LockRequest): ReturnType<typeof findCircle> {
    const { session, holder, address, name, holdsOthers } = request;
    if (!holdsOthers) return undefined;
    const first = { entry, step: { session, holder, address, name } };
    return findCircle(first, this.#now(), (other) => this.#waiting.get(other));
  }

  #wait(entry: LockEntry, request: LockRequest, former?: Waiter): Promise<Acquisition> {
    const queued = new QueuedRequest(entry, request, this.#keeper, this.clock);
    if (former === undefined) this.#enqueue(entry, queued);
    else entry.replace(former, queued);
    this.#queued.add(queued);
    this.#waiting.set(request.session, queued);
    this.#settle(entry);
    request.onQueued?.({
      position: entry.positionOf(request.grantId),
      state: entry.view(this.#now()),
    });
    return queued.answer;
  }

  #enqueue(entry: LockEntry, waiter: Waiter): void {
    entry.enqueue(waiter);
    const { name, waiting, holders } = entry;
    this.#tell(name, { event: 'queued', waiting });
    for (const { grantId, provisional } of holders) {
      if (!provisional) this.#notify({ kind: 'waited-for', name, grantId, waiting });
    }
  }

  #leave(entry: LockEntry, grantId: GrantId): Acquisition {
    const position = entry.positionOf(grantId);
    entry.dequeue(grantId);
    this.#advance(entry);
    return { outcome: 'timeout', state: entry.view(this.#now()), position };
  }

  #advance(entry: LockEntry): void {
    if (!this.#closed) entry.handOff(this.#now());
    this.#settle(entry);
  }

  /** After every change: the timer fits the next end, and a free name is only remembered. */
  #settle(entry: LockEntry): void {
    this.#timers.get(entry.name)?.();
    this.#timers.delete(entry.name);
    const nextEndMs = entry.nextEndMs();
    if (nextEndMs !== undefined && !this.#closed) {
      const delayMs = Math.max(0, nextEndMs - this.clock.monotonicMs());
      this.#timers.set(
        entry.name,
        this.clock.after(delayMs, () => this.#advance(entry)),
      );
    }
    if (!entry.idle) return;
    this.#held.delete(entry.name);
    this.#free.set(entry.name, entry);
    if (this.#free.size <= MAX_FREE_NAMES) return;
    const [longestFree] = this.#free.keys();
    if (longestFree !== undefined) this.#free.delete(longestFree);
  }

  #take(name: string): LockEntry {
    const known = this.#held.get(name) ?? this.#free.get(name);
    const entry = known ?? new LockEntry(name, (holder) => this.#expired(name, holder));
    this.#free.delete(name);
    this.#held.set(name, entry);
    return entry;
  }

  #expired(name: string, { mode, token }: Holder): void {
    this.#tell(name, { event: 'expired', mode, token });
  }

  #tell(name: string, event: LockEvent): void {
    this.events.publish(lockEvent(name, event));
  }

  #notify(notice: LockNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }

  #now(): Instant {
    return {
      monotonicMs: this.clock.monotonicMs(),
      epochMs: Math.floor(this.clock.epochMicros() / 1_000),
    };
  }

  #assertOpen(): void {
    if (this.#closed) throw new LockTableUnavailable('the lock table is closed', false);
  }
}

function free(name: string): LockState {
  return { name, holders: [], waiting: 0, queue: [] };
}

function publicly({
  mode,
  token,
  holder,
  address,
}: Holder): Pick<Holder, 'mode' | 'token' | 'holder' | 'address'> {
  return { mode, token, holder, address };
}
