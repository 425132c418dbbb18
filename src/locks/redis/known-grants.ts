import type { Clock } from '../../clock/clock.js';
import type { Grant, Lease, LockRequest, TakeOver } from '../lock-table.js';
import type { GrantId } from '../model.js';
import type { TakeOverReply } from './replies.js';
import type { Announcement, Heir, KnownLease } from './scripts.js';

/** As long as the table remembers the holder of a lease that ran out, in milliseconds. */
const FORGET_AFTER_MS = 3_600_000;

/** How much of a lease that was granted outright may be over when its client is told of it. */
export const MOST_OF_OUTRIGHT = 0.1;

interface KnownGrant {
  lease: KnownLease;
  confirmed: boolean;
  /** Since when it runs, where it was granted outright and nobody asked for it to be confirmed yet. */
  outrightSinceMs: number | undefined;
  /** Not later than by the table's clock: it is counted from before the table was asked. */
  endsAtMs: number;
  /** The grant that it was handed over from, while the table has not answered to that. */
  heirOf?: GrantId | undefined;
}

/**
 * What this replica was granted and has not given back: to tell a message about it from one about a
 * request that nobody remembers, and to announce it again to a Redis that lost its memory.
 */
export class KnownGrants {
  readonly #known = new Map<GrantId, KnownGrant>();
  readonly #byName = new Map<string, Set<GrantId>>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#known.size;
  }

  has(grantId: GrantId): boolean {
    return this.#known.has(grantId);
  }

  /** @param sinceMs a moment before the table was asked; monotonic */
  granted(request: LockRequest, grant: Grant, sinceMs: number): void {
    const known = this.#known.get(grant.grantId);
    if (grant.fresh) this.#replace(request);
    this.#set({
      lease: {
        name: request.name,
        grantId: grant.grantId,
        session: request.session,
        mode: grant.mode,
        token: grant.token,
        ttlMs: request.ttlMs,
        holder: known?.lease.holder ?? request.holder,
        address: known?.lease.address ?? request.address,
        note: known?.lease.note ?? request.note,
        generation: known?.lease.generation ?? request.generation,
      },
      confirmed: known?.confirmed ?? false,
      outrightSinceMs: undefined,
      endsAtMs: sinceMs + request.ttlMs,
    });
  }

  /** The grant was outright: its lease runs, as one that was confirmed. */
  runs(grantId: GrantId, sinceMs: number): void {
    const known = this.#known.get(grantId);
    if (known === undefined) return;
    known.confirmed = true;
    known.outrightSinceMs = sinceMs;
    known.endsAtMs = sinceMs + known.lease.ttlMs;
  }

  /**
   * Since when a lease runs that was granted outright, for who confirms it; undefined where the table
   * has to be asked: it is not such a lease, or too much of it is over.
   */
  takeOutright({ grantId, ttlMs }: Lease): number | undefined {
    const known = this.#known.get(grantId);
    const sinceMs = known?.outrightSinceMs;
    if (known === undefined || sinceMs === undefined) return undefined;
    known.outrightSinceMs = undefined;
    const isFresh = this.clock.monotonicMs() - sinceMs < ttlMs * MOST_OF_OUTRIGHT;
    return isFresh && known.lease.ttlMs === ttlMs ? sinceMs : undefined;
  }

  /** It was handed over from that grant before the table was asked. */
  handedOver(grantId: GrantId, from: GrantId): void {
    const known = this.#known.get(grantId);
    if (known !== undefined) known.heirOf = from;
  }

  /** The table has answered to that. */
  isHeard(grantId: GrantId): void {
    const known = this.#known.get(grantId);
    if (known !== undefined) known.heirOf = undefined;
  }

  /** Who has the lock of a grant that was handed over, while the table has not answered to that. */
  heirOf(name: string, grantId: GrantId): Heir | undefined {
    for (const id of this.#byName.get(name) ?? []) {
      const known = this.#known.get(id);
      if (known?.heirOf !== grantId) continue;
      return { ...known.lease, sinceMs: known.endsAtMs - known.lease.ttlMs };
    }
    return undefined;
  }

  /** The lease of an exclusive grant which the table has heard of; undefined if it is not such a one. */
  soleWriter(name: string, grantId: GrantId): { token: number; endsAtMs: number } | undefined {
    const known = this.#known.get(grantId);
    if (known?.confirmed !== true || known.lease.mode !== 'exclusive') return undefined;
    if (known.heirOf !== undefined || this.#byName.get(name)?.size !== 1) return undefined;
    return { token: known.lease.token, endsAtMs: known.endsAtMs };
  }

  tookOver(request: TakeOver, taken: TakeOverReply, sinceMs: number): void {
    this.#replace(request);
    this.#set({
      lease: { ...request, ...taken },
      confirmed: true,
      outrightSinceMs: undefined,
      endsAtMs: sinceMs + request.ttlMs,
    });
  }

  raised(grantId: GrantId, token: number): void {
    const known = this.#known.get(grantId);
    if (known !== undefined) known.lease = { ...known.lease, token };
  }

  /** The lease runs for its full length since then: it was confirmed, or renewed after that. */
  extended({ grantId, ttlMs }: Lease, sinceMs: number): void {
    const known = this.#known.get(grantId);
    if (known === undefined) return;
    known.lease = { ...known.lease, ttlMs };
    known.confirmed = true;
    known.heirOf = undefined;
    known.endsAtMs = sinceMs + ttlMs;
  }

  /** @returns what there is to announce if the table should not know of it either */
  ended(grantId: GrantId): Announcement | undefined {
    const known = this.#known.get(grantId);
    if (known === undefined) return undefined;
    const announcement = this.announcement(grantId);
    this.#known.delete(grantId);
    const { name } = known.lease;
    const sameName = this.#byName.get(name);
    sameName?.delete(grantId);
    if (sameName?.size === 0) this.#byName.delete(name);
    return announcement;
  }

  /** A lease that was told to a client, as it is now. */
  announcement(grantId: GrantId): Announcement | undefined {
    const known = this.#known.get(grantId);
    if (known?.confirmed !== true) return undefined;
    const leftMs = Math.max(0, known.endsAtMs - this.clock.monotonicMs());
    return { ...known.lease, leftMs };
  }

  /** All leases that were told to a client; also those that ran out, for nobody else may have come. */
  *announcements(): Generator<Announcement> {
    for (const grantId of this.#known.keys()) {
      const announcement = this.announcement(grantId);
      if (announcement !== undefined) yield announcement;
    }
  }

  /** The grants of one name that were told to a client. */
  confirmedOf(name: string): GrantId[] {
    const sameName = [...(this.#byName.get(name) ?? [])];
    return sameName.filter((grantId) => this.#known.get(grantId)?.confirmed === true);
  }

  /** Drops what ran out so long ago that the table has forgotten it too. */
  prune(): void {
    const oldestMs = this.clock.monotonicMs() - FORGET_AFTER_MS;
    for (const [grantId, { endsAtMs }] of this.#known) {
      if (endsAtMs < oldestMs) this.ended(grantId);
    }
  }

  #set(grant: KnownGrant): void {
    const { name, grantId } = grant.lease;
    this.#known.set(grantId, grant);
    const sameName = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, sameName.add(grantId));
  }

  /** A session has one grant of a name: what it had before is over. */
  #replace({ name, session }: Pick<LockRequest, 'name' | 'session'>): void {
    for (const grantId of this.#byName.get(name) ?? []) {
      if (this.#known.get(grantId)?.lease.session === session) this.ended(grantId);
    }
  }
}
