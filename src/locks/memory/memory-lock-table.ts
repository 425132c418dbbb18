import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../../clock/clock.js';
import { LockTableUnavailable } from '../errors.js';
import {
  type Acquisition,
  type Confirmation,
  type Lease,
  type LockRequest,
  LockTable,
  type RenewOutcome,
  type TakenOver,
} from '../lock-table.js';
import { type GrantId, type LockHolder, type LockState, MAX_WAITERS } from '../model.js';
import { type Instant, LockEntry } from './lock-entry.js';

/**
 * Of how many free names the token is remembered; a forgotten one starts anew, and is raised above
 * what the store has reached.
 */
const MAX_FREE_NAMES = 100_000;

/** A lock table for one process; nothing of it outlives the process. */
@injectable()
export class MemoryLockTable extends LockTable {
  readonly #held = new Map<string, LockEntry>();
  /** By when they became free, the longest first. */
  readonly #free = new Map<string, LockEntry>();
  readonly #timers = new Map<string, CancelTimer>();
  readonly #leave = new Set<() => void>();
  #closed = false;

  constructor(private readonly clock: Clock) {
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
    for (const leave of [...this.#leave]) leave();
    for (const cancelTimer of this.#timers.values()) cancelTimer();
    this.#timers.clear();
  }

  override async acquire(request: LockRequest): Promise<Acquisition> {
    this.#assertOpen();
    if (request.signal?.aborted === true) return { outcome: 'cancelled' };
    const entry = this.#take(request.name);
    entry.handOff(this.#now());
    const grant = entry.tryGrant(request, this.#now());
    const waits = request.waitMs > 0 && entry.waiters.size < MAX_WAITERS;
    if (grant === undefined && waits && !entry.isUpgrade(request)) {
      return await this.#wait(entry, request);
    }
    this.#settle(entry);
    if (grant !== undefined) return { outcome: 'granted', grant };
    return { outcome: 'locked', state: entry.view(this.#now()) };
  }

  override async confirm({ name, grantId, ttlMs }: Lease): Promise<Confirmation | undefined> {
    this.#assertOpen();
    const entry = this.#held.get(name);
    const holder = entry?.find(grantId);
    if (entry === undefined || holder === undefined) return undefined;
    holder.provisional = false;
    holder.endsAtMs = this.clock.monotonicMs() + ttlMs;
    this.#settle(entry);
    return { copies: 0 };
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
    if (entry === undefined || !entry.remove(grantId)) return false;
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
    if (entry === undefined) return { name, holders: [], waiting: 0, queue: [] };
    entry.handOff(this.#now());
    entry.endExpired(this.#now());
    this.#settle(entry);
    return entry.view(this.#now());
  }

  override async takeOver(): Promise<TakenOver | undefined> {
    throw new LockTableUnavailable('to be written', false);
  }

  override async break(): Promise<readonly LockHolder[]> {
    throw new LockTableUnavailable('to be written', false);
  }

  override onNotice(): () => void {
    return () => undefined;
  }

  override async inspect(name: string): Promise<LockState> {
    this.#assertOpen();
    return this.#held.get(name)?.view(this.#now()) ?? { name, holders: [], waiting: 0, queue: [] };
  }

  override async *list(): AsyncGenerator<LockState> {
    this.#assertOpen();
    for (const entry of [...this.#held.values()]) {
      const state = entry.view(this.#now());
      if (state.holders.length > 0) yield state;
    }
  }

  #wait(entry: LockEntry, request: LockRequest): Promise<Acquisition> {
    const { promise, resolve } = Promise.withResolvers<Acquisition>();
    const { signal, grantId } = request;
    const end = (): void => {
      cancelTimer();
      signal?.removeEventListener('abort', leave);
      this.#leave.delete(leave);
    };
    const giveUp = (outcome: 'timeout' | 'cancelled'): void => {
      end();
      entry.waiters.delete(grantId);
      this.#advance(entry);
      resolve(
        outcome === 'timeout'
          ? { outcome, state: entry.view(this.#now()), position: 1 }
          : { outcome },
      );
    };
    const leave = (): void => giveUp('cancelled');
    const cancelTimer = this.clock.after(request.waitMs, () => giveUp('timeout'));
    signal?.addEventListener('abort', leave, { once: true });
    this.#leave.add(leave);
    entry.waiters.set(grantId, {
      request,
      granted: (grant) => {
        end();
        resolve({ outcome: 'granted', grant });
      },
    });
    this.#settle(entry);
    return promise;
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
    const entry = this.#held.get(name) ?? this.#free.get(name) ?? new LockEntry(name);
    this.#free.delete(name);
    this.#held.set(name, entry);
    return entry;
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
