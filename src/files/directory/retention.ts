import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { Keeping } from '../keeping.js';
import type { StoredRecord } from '../stored-record.js';
import type { ContentShelf } from './content-shelf.js';
import type { HeadReader } from './head-reader.js';

/**
 * How long a content stays readable after it fell out of the kept ones, in milliseconds: whoever
 * read its head just before has this long to open it.
 */
export const PRUNED_GRACE_MS = 5 * 60_000;

/**
 * Records kept behind the kept contents. They are small, and tell a repeated swap or request from
 * a new one; without a limit a file written all day would leave millions.
 */
export const RECORDS_BEHIND = 100;

/** Covers the difference between when a version was staged and when it was published. */
const MARGIN_MS = 1000;

/** Names that wait for their pruning; the next sweep takes what does not fit. */
const MAX_SCHEDULED = 10_000;

/** Deletes what fell out of the kept versions of a file. */
export class Retention {
  /** When each is due on the monotonic clock, in milliseconds; in that order. */
  readonly #scheduled = new Map<FileName, number>();
  #cancelTimer: CancelTimer | undefined;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly reader: HeadReader,
    private readonly shelf: ContentShelf,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly failpoints: Failpoints,
    private readonly keeping: Keeping,
  ) {}

  /** After a publish: prunes once the grace of what it pushed out is over. */
  schedule(name: FileName): void {
    if (this.#closed || this.#scheduled.has(name) || this.#scheduled.size >= MAX_SCHEDULED) return;
    this.#scheduled.set(name, this.clock.monotonicMs() + PRUNED_GRACE_MS + MARGIN_MS);
    this.#arm();
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
    const head = await this.reader.read(name);
    if (head === undefined || !this.keeping.mayHavePast(head.version)) return false;
    const chain: StoredRecord[] = [];
    for await (const record of this.shelf.chain(head)) chain.push(record);
    const { firstOut, areSomeInGrace } = this.keeping.past(
      chain,
      this.clock.epochMicros(),
      PRUNED_GRACE_MS,
    );
    await this.failpoints.hit('clean.before-delete');
    for (let at = chain.length - 1; at >= firstOut; at--) {
      const record = chain[at];
      if (record === undefined) continue;
      if (at >= firstOut + RECORDS_BEHIND) await this.shelf.remove(record.id);
      else await this.shelf.removeContent(record.id);
    }
    return areSomeInGrace;
  }

  #arm(): void {
    const [dueMs] = this.#scheduled.values();
    if (this.#closed || dueMs === undefined || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.clock.after(Math.max(0, dueMs - this.clock.monotonicMs()), () => {
      this.#cancelTimer = undefined;
      this.#working = this.#working.then(() => this.#pruneDue());
    });
  }

  async #pruneDue(): Promise<void> {
    for (const [name, dueMs] of this.#scheduled) {
      if (this.#closed || dueMs > this.clock.monotonicMs()) break;
      this.#scheduled.delete(name);
      if (await this.#prunedInPart(name)) this.schedule(name);
    }
    this.#arm();
  }

  async #prunedInPart(name: FileName): Promise<boolean> {
    try {
      return await this.prune(name);
    } catch (err) {
      this.log.warn('retention.failed', 'Old versions could not be deleted', { file: name, err });
      return false;
    }
  }
}
