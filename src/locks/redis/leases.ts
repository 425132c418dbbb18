import type { Clock } from '../../clock/clock.js';
import { type Batch, type Grouping, makeBatches, runBatches } from '../../redis/batches.js';
import { LockTableUnavailable } from '../errors.js';
import type { Lease, RenewOutcome } from '../lock-table.js';
import type { GrantId } from '../model.js';
import type { KnownGrants } from './known-grants.js';
import type { Verdict } from './replies.js';
import type { Announcement, LockScripts } from './scripts.js';
import type { TableMemory } from './table-memory.js';

/** The most leases in one script: Redis does nothing else meanwhile, for some milliseconds. */
const MAX_LEASES_AT_ONCE = 200;

/** The most leases in all scripts under way at once, so that others' commands come in between. */
const MAX_LEASES_UNDER_WAY = 400;

/**
 * The leases that clients of this replica were told of. None is called lost before the table was
 * told of it: one that merely forgot it, all or its last moments, takes it back. So a lease is lost
 * only where somebody else was granted the lock since, or it was ended for good.
 */
export class Leases {
  constructor(
    private readonly scripts: Pick<LockScripts, 'announce' | 'renew'>,
    private readonly free: (name: string, grantId: GrantId) => Promise<boolean>,
    private readonly known: KnownGrants,
    private readonly groupOf: Grouping,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws {LockTableUnavailable} also where it cannot be known yet what became of one; those that
   * were renewed are all the same
   */
  async renew(leases: readonly Lease[], memory: TableMemory): Promise<readonly RenewOutcome[]> {
    const sinceMs = this.clock.monotonicMs();
    const { recoveries } = memory;
    const [renewed] = await Promise.all([this.#renewAll(leases), memory.check()]);
    if (memory.recoveries !== recoveries) {
      // The table did not know of them when it was asked; by now it has been told.
      const missing = leases.filter((lease) => !renewed.has(lease));
      for (const lease of await this.#renewAll(missing)) renewed.add(lease);
    }
    for (const lease of renewed) this.known.extended(lease, sinceMs);
    const verdicts = await this.#tellOfMissing(leases, renewed);
    return leases.map((lease) => {
      if (renewed.has(lease)) return 'renewed';
      if (verdicts.get(lease.grantId) === 'known') {
        this.known.extended(lease, sinceMs);
        return 'renewed';
      }
      this.known.ended(lease.grantId);
      return 'lost';
    });
  }

  /** @returns whether it was held */
  async release(name: string, grantId: GrantId): Promise<boolean> {
    const announcement = this.known.ended(grantId);
    if (await this.free(name, grantId)) return true;
    if (announcement === undefined) return false;
    const [verdict] = await this.scripts.announce([announcement]);
    return verdict === 'known' && (await this.free(name, grantId));
  }

  /** Tells a table that lost its memory of all there is. */
  async announceAll(): Promise<void> {
    await this.#announce(this.known.announcements());
  }

  /** What became of those that were told to a client and that the table does not know. */
  async #tellOfMissing(
    leases: readonly Lease[],
    renewed: ReadonlySet<Lease>,
  ): Promise<ReadonlyMap<GrantId, Verdict>> {
    const missing = leases.flatMap((lease): Announcement[] => {
      if (renewed.has(lease)) return [];
      const announcement = this.known.announcement(lease.grantId);
      if (announcement === undefined) return [];
      const { ttlMs } = lease;
      // One that ran out is announced as such, and then renewed.
      return [{ ...announcement, ttlMs, leftMs: announcement.leftMs > 0 ? ttlMs : 0 }];
    });
    if (missing.length === 0) return new Map();
    const verdicts = await this.#announce(missing);
    const ranOut = missing.filter(
      ({ grantId, leftMs }) => leftMs === 0 && verdicts.get(grantId) === 'known',
    );
    const again = await this.#renewAll(ranOut);
    for (const lease of ranOut) if (!again.has(lease)) verdicts.set(lease.grantId, 'lost');
    if ([...verdicts.values()].includes('open')) {
      throw new LockTableUnavailable(
        'the lock table lost its memory; whether all leases go on will be known in a moment',
        false,
      );
    }
    return verdicts;
  }

  async #announce(announcements: Iterable<Announcement>): Promise<Map<GrantId, Verdict>> {
    const verdicts = new Map<GrantId, Verdict>();
    const batches = makeBatches(announcements, MAX_LEASES_AT_ONCE, this.groupOf);
    await runBatches(batches, MAX_LEASES_AT_ONCE, async (batch) => {
      // What was given up meanwhile would come back with nobody to end it.
      const held = [...batch.values()].flat().filter(({ grantId }) => this.known.has(grantId));
      if (held.length === 0) return;
      const answers = await this.scripts.announce(held);
      held.forEach(({ grantId }, index) => {
        verdicts.set(grantId, answers[index] ?? 'lost');
      });
    });
    return verdicts;
  }

  /** @returns the leases that were renewed */
  async #renewAll<T extends Lease>(leases: readonly T[]): Promise<Set<T>> {
    const renewed = new Set<T>();
    const renewBatch = async (batch: Batch<T>): Promise<void> => {
      const inOrder = [...batch.values()].flat();
      const outcomes = await this.scripts.renew(batch);
      inOrder.forEach((lease, index) => {
        if (outcomes[index] === true) renewed.add(lease);
      });
    };
    const batches = makeBatches(leases, MAX_LEASES_AT_ONCE, this.groupOf);
    await runBatches(batches, MAX_LEASES_UNDER_WAY, renewBatch);
    return renewed;
  }
}
