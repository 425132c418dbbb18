import type { Clock } from '../../clock/clock.js';
import type { Grant, Lease, LockRequest } from '../lock-table.js';
import type { GrantId } from '../model.js';
import type { KnownLease } from './scripts.js';

/** As long as the table remembers the holder of a lease that ran out, in milliseconds. */
const FORGET_AFTER_MS = 3_600_000;

interface KnownGrant {
  lease: KnownLease;
  confirmed: boolean;
  endsAtMs: number;
}

/**
 * What this replica was granted and has not given back: to tell a message about it from one about a
 * request that nobody remembers, and to announce it again to a Redis that lost its memory.
 */
export class KnownGrants {
  readonly #known = new Map<GrantId, KnownGrant>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#known.size;
  }

  has(grantId: GrantId): boolean {
    return this.#known.has(grantId);
  }

  granted(request: LockRequest, grant: Grant): void {
    const known = this.#known.get(grant.grantId);
    this.#known.set(grant.grantId, {
      lease: {
        name: request.name,
        grantId: grant.grantId,
        session: request.session,
        mode: grant.mode,
        token: grant.token,
        ttlMs: request.ttlMs,
        holder: known?.lease.holder ?? request.holder,
        address: known?.lease.address ?? request.address,
      },
      confirmed: known?.confirmed ?? false,
      endsAtMs: this.clock.monotonicMs() + request.ttlMs,
    });
  }

  raised(grantId: GrantId, token: number): void {
    const known = this.#known.get(grantId);
    if (known !== undefined) known.lease = { ...known.lease, token };
  }

  /** The lease runs for its full length from now: it was confirmed, or renewed after that. */
  extended({ grantId, ttlMs }: Lease): void {
    const known = this.#known.get(grantId);
    if (known === undefined) return;
    known.lease = { ...known.lease, ttlMs };
    known.confirmed = true;
    known.endsAtMs = this.clock.monotonicMs() + ttlMs;
  }

  ended(grantId: GrantId): void {
    this.#known.delete(grantId);
  }

  /** Leases that were told to a client and still run. */
  *live(): Generator<KnownLease> {
    const nowMs = this.clock.monotonicMs();
    for (const { lease, confirmed, endsAtMs } of this.#known.values()) {
      if (confirmed && endsAtMs > nowMs) yield lease;
    }
  }

  /** Drops what ran out so long ago that the table has forgotten it too. */
  prune(): void {
    const oldestMs = this.clock.monotonicMs() - FORGET_AFTER_MS;
    for (const [grantId, { endsAtMs }] of this.#known) {
      if (endsAtMs < oldestMs) this.#known.delete(grantId);
    }
  }
}
