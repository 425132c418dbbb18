import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../clock/clock.js';
import { LockTableUnavailable } from '../locks/errors.js';
import { LockTable } from '../locks/lock-table.js';
import type { GrantId } from '../locks/model.js';
import { Log } from '../telemetry/log.js';

/** How long to wait before the next try; short, since others are waiting for these locks. */
const RETRY_MS = 500;

/**
 * The most releases to remember. Beyond it the oldest are left to run out by themselves, which
 * every lease does: forgetting costs time, never correctness.
 */
const MAX_PENDING = 100_000;

interface PendingRelease {
  readonly name: string;
  readonly grantId: GrantId;
  /** Monotonic; from then on the lease has run out by itself. */
  readonly uselessAfterMs: number;
}

/** Releases that the lock table could not take yet: tried again until done or run out. */
@injectable()
export class PendingReleases {
  readonly #pending = new Map<GrantId, PendingRelease>();
  #cancelTimer: CancelTimer | undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly table: LockTable,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  get size(): number {
    return this.#pending.size;
  }

  add(name: string, grantId: GrantId, ttlMs: number): void {
    if (this.#closed) return;
    if (this.#pending.size >= MAX_PENDING) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.#pending.delete(oldest);
    }
    this.#pending.set(grantId, {
      name,
      grantId,
      uselessAfterMs: this.clock.monotonicMs() + ttlMs,
    });
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#working;
  }

  #schedule(): void {
    if (this.#closed || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.clock.after(RETRY_MS, () => {
      this.#working = this.#tryAll().finally(() => {
        this.#cancelTimer = undefined;
        if (this.#pending.size > 0) this.#schedule();
      });
    });
  }

  async #tryAll(): Promise<void> {
    for (const release of [...this.#pending.values()]) {
      if (this.#closed) return;
      if (this.clock.monotonicMs() < release.uselessAfterMs) {
        try {
          await this.table.release(release.name, release.grantId);
        } catch (error) {
          if (error instanceof LockTableUnavailable) return;
          this.log.error('lock.release-failed', 'A lock could not be released', {
            file: release.name,
            err: error,
          });
        }
      }
      this.#pending.delete(release.grantId);
    }
  }
}
