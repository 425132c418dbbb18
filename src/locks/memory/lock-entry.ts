import type { Grant, LockRequest, TakeOver } from '../lock-table.js';
import {
  type GrantId,
  type LockHolder,
  type LockMode,
  type LockState,
  MAX_SHARED_HOLDERS,
  MAX_SHOWN_WAITERS,
  PROVISIONAL_MS,
  type SessionId,
} from '../model.js';

export interface Holder {
  readonly session: SessionId;
  readonly mode: LockMode;
  readonly holder: string;
  readonly note: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly sinceMs: number;
  grantId: GrantId;
  generation: number;
  address: string;
  token: number;
  provisional: boolean;
  /** Granted to a place that nobody looks after; its session may come for it while it lasts. */
  abandoned: boolean;
  /** Monotonic. */
  endsAtMs: number;
}

export interface Waiter {
  readonly request: LockRequest;
  /** Nobody looks after its place until its session comes back to it. */
  readonly abandoned: boolean;
  granted(grant: Grant): void;
  /** The same session's later request stands here now. */
  superseded(): void;
}

/** Now, by both clocks: leases run on the monotonic one, people read the other. */
export interface Instant {
  readonly monotonicMs: number;
  readonly epochMs: number;
}

/** One lock: its token, its holders and its queue. Knows no timers; the time is always given. */
export class LockEntry {
  #waiters = new Map<GrantId, Waiter>();
  #holders: Holder[] = [];
  #token = 0;
  /** A reader who comes after a writer gets a new token; so does the first one of all. */
  #lastExclusive = true;

  /** @param expired told of confirmed leases that end since their time is over */
  constructor(
    readonly name: string,
    private readonly expired: (holder: Holder) => void,
  ) {}

  get idle(): boolean {
    return this.#holders.length === 0 && this.#waiters.size === 0;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Also those whose leases ran out, until somebody else is granted. */
  get holders(): readonly Holder[] {
    return this.#holders;
  }

  /**
   * Who keeps it from others until they give it back. A lease that ran out keeps nobody, and what
   * is not confirmed will not for long.
   */
  obstacles(now: Instant): readonly SessionId[] {
    return this.#holders
      .filter(({ provisional, endsAtMs }) => !provisional && endsAtMs > now.monotonicMs)
      .map(({ session }) => session);
  }

  /** The holder of this grant, also after its lease ran out, until somebody else was granted. */
  find(grantId: GrantId): Holder | undefined {
    return this.#holders.find((holder) => holder.grantId === grantId);
  }

  ofSession(session: SessionId): Holder | undefined {
    return this.#holders.find((holder) => holder.session === session);
  }

  /** @returns the grant, or undefined where the request has to wait or go */
  tryGrant(request: LockRequest, now: Instant): Grant | undefined {
    const mine = this.ofSession(request.session);
    if (mine !== undefined && (mine.mode === 'exclusive' || request.mode === 'shared')) {
      if (!mine.provisional) mine.endsAtMs = now.monotonicMs + request.ttlMs;
      return { ...grantOf(mine), fresh: false };
    }
    if (this.#waiters.size > 0 || !this.#isFree(request.mode, now, mine)) return undefined;
    return this.#grant(request, now, false);
  }

  enqueue(waiter: Waiter): number {
    this.#waiters.set(waiter.request.grantId, waiter);
    return this.#waiters.size;
  }

  /** @returns whether it waited */
  dequeue(grantId: GrantId): boolean {
    return this.#waiters.delete(grantId);
  }

  /** 1: next in line; 0: does not wait. */
  positionOf(grantId: GrantId): number {
    return [...this.#waiters.keys()].indexOf(grantId) + 1;
  }

  waiterOf(grantId: GrantId): Waiter | undefined {
    return this.#waiters.get(grantId);
  }

  /** The earlier request of the same session that this one comes back to, if it still waits. */
  formerOf({ inPlaceOf, session }: LockRequest): Waiter | undefined {
    if (inPlaceOf === undefined) {
      return this.#waiters.values().find(({ request }) => request.session === session);
    }
    const former = this.#waiters.get(inPlaceOf);
    return former?.request.session === session ? former : undefined;
  }

  /** Puts `waiter` where an earlier request of its session stands. */
  replace(former: Waiter, waiter: Waiter): void {
    this.#waiters = new Map(
      [...this.#waiters.values()].map((other) => {
        const stands = other === former ? waiter : other;
        return [stands.request.grantId, stands];
      }),
    );
    former.superseded();
  }

  /** Its session does not want the place any more. */
  drop(waiter: Waiter): void {
    this.#waiters.delete(waiter.request.grantId);
    waiter.superseded();
  }

  /**
   * Hands the grant of an earlier request of the session to this one, unless that was granted less
   * than this one asks for.
   */
  inherit(request: LockRequest, now: Instant): Grant | undefined {
    const { inPlaceOf, session, mode } = request;
    const holder = inPlaceOf === undefined ? undefined : this.find(inPlaceOf);
    if (holder?.session !== session) return undefined;
    if (holder.mode !== mode && mode === 'exclusive') return undefined;
    holder.grantId = request.grantId;
    holder.generation = request.generation;
    holder.address = request.address;
    holder.abandoned = false;
    if (holder.provisional) holder.endsAtMs = now.monotonicMs + PROVISIONAL_MS;
    return { ...grantOf(holder), fresh: true };
  }

  takeOver(request: TakeOver, now: Instant): Holder | undefined {
    const holder = this.ofSession(request.session);
    if (holder === undefined || holder.provisional) return undefined;
    if (holder.generation >= request.generation) return undefined;
    holder.grantId = request.grantId;
    holder.generation = request.generation;
    holder.address = request.address;
    holder.endsAtMs = now.monotonicMs + request.ttlMs;
    return holder;
  }

  /** @returns the grant that ended, if it was there */
  remove(grantId: GrantId): Holder | undefined {
    const removed = this.find(grantId);
    this.#holders = this.#holders.filter((holder) => holder !== removed);
    return removed;
  }

  /** @returns all that held it; the token is not below `token` any more */
  removeAll(token: number): readonly Holder[] {
    const removed = this.#holders;
    this.#holders = [];
    this.#token = Math.max(this.#token, token);
    return removed;
  }

  /** Nobody can renew a lease that ran out before now. */
  endExpired(now: Instant): void {
    this.#keep((holder) => holder.endsAtMs > now.monotonicMs);
  }

  raise(holder: Holder, token: number): number {
    this.#token = Math.max(this.#token, token) + 1;
    holder.token = this.#token;
    return this.#token;
  }

  /**
   * Grants to the next in line, and to the readers right behind a reader. What no session came for
   * in time is forgotten.
   */
  handOff(now: Instant): void {
    this.#keep((holder) => !holder.abandoned || holder.endsAtMs > now.monotonicMs);
    for (const [grantId, waiter] of this.#waiters) {
      if (!this.#isFree(waiter.request.mode, now)) return;
      this.#waiters.delete(grantId);
      waiter.granted(this.#grant(waiter.request, now, waiter.abandoned));
    }
  }

  /** When {@link handOff} will change something if nothing else happens; undefined: never. */
  nextEndMs(): number | undefined {
    const holders = this.#holders.filter(({ abandoned }) => this.#waiters.size > 0 || abandoned);
    if (holders.length === 0) return undefined;
    return Math.max(...holders.map((holder) => holder.endsAtMs));
  }

  view(now: Instant): LockState {
    const waiters = [...this.#waiters.values()].slice(0, MAX_SHOWN_WAITERS);
    return {
      name: this.name,
      // A grant that was not confirmed in time was never told to anybody.
      holders: this.#holders
        .filter(({ provisional, endsAtMs }) => !provisional || endsAtMs > now.monotonicMs)
        .map((holder) => shown(holder, now)),
      waiting: this.#waiters.size,
      queue: waiters.map(({ request: { session, mode, holder, address } }) => ({
        session,
        mode,
        holder,
        address,
      })),
    };
  }

  /** Whether a grant in this mode disturbs no live holder, other than the one given. */
  #isFree(mode: LockMode, now: Instant, except?: Holder): boolean {
    const live = this.#holders.filter(
      (holder) => holder !== except && holder.endsAtMs > now.monotonicMs,
    );
    if (mode === 'exclusive') return live.length === 0;
    return live.length < MAX_SHARED_HOLDERS && live.every((holder) => holder.mode === 'shared');
  }

  /** Leases that ran out end here for good, for now somebody else is granted. */
  #grant(request: LockRequest, now: Instant, abandoned: boolean): Grant {
    const { session, mode, holder: name, note, grantId, generation, address } = request;
    const shared = mode === 'shared';
    this.#keep(
      (holder) => shared && holder.mode === 'shared' && holder.endsAtMs > now.monotonicMs,
      session,
    );
    if (!shared || this.#lastExclusive) this.#token += 1;
    this.#lastExclusive = !shared;
    const holder: Holder = {
      session,
      mode,
      holder: name,
      note,
      sinceMs: now.epochMs,
      grantId,
      generation,
      address,
      token: this.#token,
      provisional: true,
      abandoned,
      endsAtMs: now.monotonicMs + PROVISIONAL_MS,
    };
    this.#holders.push(holder);
    return { ...grantOf(holder), fresh: true };
  }

  /** @param upgrading the session whose own, weaker grant gives way: that is no expiry */
  #keep(stays: (holder: Holder) => boolean, upgrading?: SessionId): void {
    const kept = this.#holders.filter(stays);
    for (const holder of this.#holders) {
      const ends = !kept.includes(holder) && !holder.provisional;
      if (ends && holder.session !== upgrading) this.expired(holder);
    }
    this.#holders = kept;
  }
}

export function shown(holder: Holder, now: Instant): LockHolder {
  const { session, mode, token, address, note, sinceMs, endsAtMs } = holder;
  return {
    session,
    mode,
    token,
    holder: holder.holder,
    address,
    note,
    sinceMs,
    remainingMs: Math.max(0, Math.ceil(endsAtMs - now.monotonicMs)),
  };
}

function grantOf({ grantId, token, mode }: Holder): Omit<Grant, 'fresh'> {
  return { grantId, token, mode };
}
