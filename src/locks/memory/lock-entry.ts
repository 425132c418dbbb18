import type { Grant, LockRequest } from '../lock-table.js';
import {
  type GrantId,
  type LockMode,
  type LockState,
  MAX_SHARED_HOLDERS,
  PROVISIONAL_MS,
} from '../model.js';

export interface Holder {
  readonly request: LockRequest;
  token: number;
  provisional: boolean;
  /** Wall clock, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Monotonic. */
  endsAtMs: number;
}

export interface Waiter {
  readonly request: LockRequest;
  granted(grant: Grant): void;
}

/** Now, by both clocks: leases run on the monotonic one, people read the other. */
export interface Instant {
  readonly monotonicMs: number;
  readonly epochMs: number;
}

/** One lock: its token, its holders and its queue. Knows no timers; the time is always given. */
export class LockEntry {
  readonly waiters = new Map<GrantId, Waiter>();
  #holders: Holder[] = [];
  #token = 0;
  /** A reader who comes after a writer gets a new token; so does the first one of all. */
  #lastExclusive = true;

  constructor(readonly name: string) {}

  get idle(): boolean {
    return this.#holders.length === 0 && this.waiters.size === 0;
  }

  /** The holder of this grant, also after its lease ran out, until somebody else was granted. */
  find(grantId: GrantId): Holder | undefined {
    return this.#holders.find((holder) => holder.request.grantId === grantId);
  }

  /** @returns the grant, or undefined where the request has to wait or go */
  tryGrant(request: LockRequest, now: Instant): Grant | undefined {
    const mine = this.#holders.find((holder) => holder.request.session === request.session);
    if (mine !== undefined && (mine.request.mode === 'exclusive' || request.mode === 'shared')) {
      if (!mine.provisional) mine.endsAtMs = now.monotonicMs + request.ttlMs;
      return { ...grantOf(mine), fresh: false };
    }
    if (this.waiters.size > 0 || !this.#isFree(request.mode, now, mine)) return undefined;
    return this.#grant(request, now);
  }

  /** Whether the session holds the lock in a weaker mode than it now asks for. */
  isUpgrade(request: LockRequest): boolean {
    return this.#holders.some((holder) => holder.request.session === request.session);
  }

  /** @returns whether the grant was there */
  remove(grantId: GrantId): boolean {
    const before = this.#holders.length;
    this.#holders = this.#holders.filter((holder) => holder.request.grantId !== grantId);
    return this.#holders.length < before;
  }

  /** Nobody can renew a lease that ran out before now. */
  endExpired(now: Instant): void {
    this.#holders = this.#holders.filter((holder) => holder.endsAtMs > now.monotonicMs);
  }

  raise(holder: Holder, token: number): number {
    this.#token = Math.max(this.#token, token) + 1;
    holder.token = this.#token;
    return this.#token;
  }

  /** Grants to the next in line, and to the readers right behind a reader. */
  handOff(now: Instant): void {
    for (const [grantId, waiter] of this.waiters) {
      if (!this.#isFree(waiter.request.mode, now)) return;
      this.waiters.delete(grantId);
      waiter.granted(this.#grant(waiter.request, now));
    }
  }

  /** When the next in line is granted if nothing else happens; undefined if nobody waits. */
  nextEndMs(): number | undefined {
    if (this.waiters.size === 0) return undefined;
    return Math.max(...this.#holders.map((holder) => holder.endsAtMs));
  }

  view(now: Instant): LockState {
    const holders = this.#holders.map(({ request, token, provisional, sinceMs, endsAtMs }) => ({
      session: request.session,
      mode: request.mode,
      token,
      holder: request.holder,
      address: request.address,
      note: request.note,
      sinceMs,
      remainingMs: Math.max(0, Math.ceil(endsAtMs - now.monotonicMs)),
      provisional,
    }));
    return {
      name: this.name,
      waiting: this.waiters.size,
      queue: [],
      // A grant that was not confirmed in time was never told to anybody.
      holders: holders
        .filter(({ remainingMs, provisional }) => remainingMs > 0 || !provisional)
        .map(({ provisional: _, ...holder }) => holder),
    };
  }

  /** Whether a grant in this mode disturbs no live holder, other than the one given. */
  #isFree(mode: LockMode, now: Instant, except?: Holder): boolean {
    const live = this.#holders.filter(
      (holder) => holder !== except && holder.endsAtMs > now.monotonicMs,
    );
    if (mode === 'exclusive') return live.length === 0;
    return (
      live.length < MAX_SHARED_HOLDERS && live.every((holder) => holder.request.mode === 'shared')
    );
  }

  /** Leases that ran out end here for good, for now somebody else is granted. */
  #grant(request: LockRequest, now: Instant): Grant {
    const shared = request.mode === 'shared';
    this.#holders = this.#holders.filter(
      (holder) => shared && holder.request.mode === 'shared' && holder.endsAtMs > now.monotonicMs,
    );
    if (!shared || this.#lastExclusive) this.#token += 1;
    this.#lastExclusive = !shared;
    const holder: Holder = {
      request,
      token: this.#token,
      provisional: true,
      sinceMs: now.epochMs,
      endsAtMs: now.monotonicMs + PROVISIONAL_MS,
    };
    this.#holders.push(holder);
    return { ...grantOf(holder), fresh: true };
  }
}

function grantOf({ request, token }: Holder): Omit<Grant, 'fresh'> {
  return { grantId: request.grantId, token, mode: request.mode };
}
