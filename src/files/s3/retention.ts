import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';
import type { Keeping } from '../keeping.js';
import type { StoredRecord } from '../stored-record.js';
import type { Heads } from './heads.js';
import type { Journal } from './journal.js';
import type { Shelf } from './shelf.js';

/**
 * How long a content stays readable after it fell out of the kept ones, in milliseconds: whoever
 * read its head just before has this long to read it.
 */
export const PRUNED_GRACE_MS = 5 * 60_000;

/**
 * Records kept behind the kept contents. They are small, and tell a repeated swap or request from
 * a new one; without a limit a file written all day would leave millions.
 */
export const RECORDS_BEHIND = 100;

/** Covers the difference between when a version was staged and when it was published. */
const MARGIN_MS = 1000;

/** Names that wait for their pruning; what does not fit stays in the journal for the cleaning. */
const MAX_SCHEDULED = 10_000;

interface Due {
  readonly atMs: number;
  /** What the journal says of it. */
  readonly entry: ContentId;
}

/** Deletes what fell out of the kept versions of a file. */
export class Retention {
  /** When each is due on the monotonic clock; in that order. */
  readonly #scheduled = new Map<FileName, Due>();
  /** Up to which version contents are gone already: each removal is a request that is paid for. */
  readonly #done = new Map<FileName, number>();
  #cancelTimer: CancelTimer | undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly heads: Heads,
    private readonly shelf: Shelf,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly failpoints: Failpoints,
    private readonly keeping: Keeping,
  ) {}

  /**
   * After a publish: prunes once the grace of what it pushed out is over, and then strikes `entry`.
   * @returns false if the name waits already, and the entry is not needed
   */
  schedule(name: FileName, entry: ContentId): boolean {
    if (this.#scheduled.has(name)) return false;
    if (this.#closed || this.#scheduled.size >= MAX_SCHEDULED) return true;
    const atMs = this.clock.monotonicMs() + PRUNED_GRACE_MS + MARGIN_MS;
    this.#scheduled.set(name, { atMs, entry });
    this.#arm();
    return true;
  }

  /** Resolves when nothing is being pruned. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#working;
  }

  /**
   * Deletes the contents of one file that are out of grace, the oldest first so that the chain
   * never has a gap. The head has moved past every one of them.
   * @returns whether others are still in their grace
   */
  async prune(name: FileName): Promise<boolean> {
    const stored = await this.heads.read(name);
    if (stored === undefined || !this.keeping.mayHavePast(stored.head.version)) return false;
    const chain: StoredRecord[] = [];
    for await (const record of this.shelf.chain(stored)) chain.push(record);
    const { firstOut, areSomeInGrace } = this.keeping.past(
      chain,
      this.clock.epochMicros(),
      PRUNED_GRACE_MS,
    );
    const done = this.#done.get(name) ?? 0;
    await this.failpoints.hit('clean.before-delete');
    for (let at = chain.length - 1; at >= firstOut; at--) {
      const record = chain[at];
      if (record === undefined) continue;
      if (at >= firstOut + RECORDS_BEHIND) await this.shelf.remove(name, record.id);
      else if (!record.deleted && record.version > done) {
        await this.shelf.removeContent(name, record.id);
      }
    }
    this.#rememberDone(name, chain[firstOut]?.version ?? done);
    return areSomeInGrace;
  }

  #rememberDone(name: FileName, version: number): void {
    this.#done.delete(name);
    this.#done.set(name, version);
    if (this.#done.size <= MAX_SCHEDULED) return;
    const [oldest] = this.#done.keys();
    if (oldest !== undefined) this.#done.delete(oldest);
  }

  #arm(): void {
    const [due] = this.#scheduled.values();
    if (this.#closed || due === undefined || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.clock.after(Math.max(0, due.atMs - this.clock.monotonicMs()), () => {
      this.#cancelTimer = undefined;
      this.#working = this.#working.then(() => this.#pruneDue());
    });
  }

  async #pruneDue(): Promise<void> {
    for (const [name, { atMs, entry }] of this.#scheduled) {
      if (this.#closed || atMs > this.clock.monotonicMs()) break;
      this.#scheduled.delete(name);
      if (await this.#prunedInPart(name, entry)) this.schedule(name, entry);
    }
    this.#arm();
  }

  async #prunedInPart(name: FileName, entry: ContentId): Promise<boolean> {
    try {
      if (await this.prune(name)) return true;
      await this.journal.strike(entry);
    } catch (err) {
      this.log.warn('retention.failed', 'Old versions could not be deleted', { file: name, err });
    }
    return false;
  }
}
