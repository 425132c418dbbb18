import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import type { GrantId } from '../model.js';

/** How long to wait before the next try, in milliseconds; a new connection tries at once. */
const RETRY_MS = 1_000;

/**
 * The most attempts to cancel that are remembered. Beyond it the oldest are left to the table, which
 * drops grants that nobody confirms and waits whose time is over.
 */
const MAX_PENDING = 10_000;

/** The most cancels in flight at once: a burst after an outage must not delay everything else. */
const AT_ONCE = 100;

/**
 * Attempts that must come to nothing, since their caller was told so or is gone: each is cancelled
 * by its id until the table has confirmed it.
 */
export class Cancellations {
  readonly #pending = new Map<GrantId, string>();
  #cancelTimer: CancelTimer | undefined;
  #working = false;
  #closed = false;

  constructor(
    private readonly cancel: (name: string, grantId: GrantId) => Promise<unknown>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  get size(): number {
    return this.#pending.size;
  }

  add(name: string, grantId: GrantId): void {
    if (this.#closed) return;
    if (this.#pending.size >= MAX_PENDING) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.#pending.delete(oldest);
      this.log.warn('lock.cancel-dropped', 'Too many attempts to cancel; one is left to run out', {
        limit: MAX_PENDING,
      });
    }
    this.#pending.set(grantId, name);
    void this.flush();
  }

  /** Tries all now. */
  async flush(): Promise<void> {
    if (this.#working || this.#closed) return;
    this.#working = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    try {
      while (this.#pending.size > 0 && (await this.#tryNext())) {
        // goes on until done, or until one fails
      }
    } finally {
      this.#working = false;
      if (this.#pending.size > 0) this.#schedule();
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#pending.clear();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelTimer = this.clock.after(RETRY_MS, () => void this.flush());
  }

  /** @returns whether it is worth going on */
  async #tryNext(): Promise<boolean> {
    const some = [...this.#pending].slice(0, AT_ONCE);
    const results = await Promise.all(some.map(([grantId, name]) => this.#try(name, grantId)));
    return !this.#closed && results.every((done) => done);
  }

  async #try(name: string, grantId: GrantId): Promise<boolean> {
    try {
      await this.cancel(name, grantId);
      this.#pending.delete(grantId);
      return true;
    } catch (error) {
      if (!(error instanceof LockTableUnavailable)) {
        this.log.error('lock.cancel-failed', 'An attempt could not be cancelled', { err: error });
      }
      return false;
    }
  }
}
