import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../clock/clock.js';
import { LockTableUnavailable } from '../locks/errors.js';
import { LockTable } from '../locks/lock-table.js';
import { Log } from '../telemetry/log.js';
import { HeldLocks } from './held-locks.js';
import type { HeldLock } from './session.js';

/** How often leases are looked through, in milliseconds: finer than the shortest lease's third. */
const TICK_MS = 500;

/** A lease is renewed once this part of it is used up, so that two more tries fit into the rest. */
const RENEW_AFTER = 1 / 3;

/** Keeps leases without a TTL of their own alive, all that are due in one batch. */
@injectable()
export class LeaseRenewer {
  #cancelTimer: CancelTimer | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly held: HeldLocks,
    private readonly table: LockTable,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#cancelTimer = this.clock.after(TICK_MS, () => {
      this.#working = this.tick().finally(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  /** What is held still belongs to sessions that may go on elsewhere: they get full leases. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#working;
    const kept = [...this.held].filter(({ keepAlive, state }) => keepAlive && state !== 'lost');
    if (kept.length > 0) await this.#renew(kept, this.clock.monotonicMs());
  }

  /** Renews what is due now. */
  async tick(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    const due: HeldLock[] = [];
    for (const lock of this.held) {
      if (lock.state === 'lost') continue;
      if (lock.keepAlive && lock.endsAtMs - nowMs < lock.ttlMs * (1 - RENEW_AFTER)) due.push(lock);
      if (lock.endsAtMs <= nowMs) this.held.ended(lock, 'expired');
    }
    if (due.length > 0) await this.#renew(due, nowMs);
  }

  async #renew(due: readonly HeldLock[], sinceMs: number): Promise<void> {
    try {
      const outcomes = await this.table.renew(due);
      due.forEach((lock, index) => {
        if (!this.held.has(lock)) return;
        if (outcomes[index] === 'renewed') {
          this.held.renewed(lock, sinceMs);
          return;
        }
        this.held.lost(lock);
        this.log.warn('lock.lost', 'A lock was lost before its holder gave it up', {
          file: lock.name,
          token: lock.token,
        });
      });
    } catch (error) {
      if (error instanceof LockTableUnavailable) return; // the table itself says that it is away
      this.log.error('lock.renew-failed', 'Leases could not be renewed', { err: error });
    }
  }
}
