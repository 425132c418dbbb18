import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import type { Failpoints } from '../failpoints.js';
import type { Keeping } from '../keeping.js';
import { BucketError } from './bucket-errors.js';
import { movedBody, tellsContent } from './head-body.js';
import type { HeadCreator } from './head-creator.js';
import type { Heads, StoredHead } from './heads.js';
import type { Journal, JournalEntry } from './journal.js';
import type { Keys } from './keys.js';
import type { Retention } from './retention.js';
import type { S3Bucket } from './s3-bucket.js';
import type { Shelf } from './shelf.js';

/** How often a replica looks, in milliseconds; listing a bucket is paid for. */
export const SWEEP_EVERY_MS = 6 * 60 * 60_000;

/**
 * After how long something unpublished is taken for the leftover of a dead process, and a name that
 * was locked and never written for forgotten, in milliseconds. Whoever still works at it is refused
 * then, and nothing is damaged.
 */
export const LEFT_BEHIND_MS = 24 * 60 * 60_000;

/** Removes what dead processes left behind, in the background, one thing at a time. */
export class Sweeper {
  #cancelTimer: CancelTimer | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
    private readonly heads: Heads,
    private readonly creator: HeadCreator,
    private readonly shelf: Shelf,
    private readonly journal: Journal,
    private readonly retention: Retention,
    private readonly keeping: Keeping,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly failpoints: Failpoints,
  ) {}

  start(): void {
    this.#working = this.#sweep().then(() => {
      if (!this.#stopped) this.#cancelTimer = this.clock.after(SWEEP_EVERY_MS, () => this.start());
    });
  }

  /** Resolves when no sweep is under way. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#working;
  }

  async #sweep(): Promise<void> {
    try {
      await this.#sweepJournal();
      await this.#sweepUploads();
      await this.#sweepHeads();
    } catch (err) {
      this.log.error('sweep.failed', 'The bucket could not be looked through', { err });
    }
  }

  async #sweepJournal(): Promise<void> {
    for await (const { id, notedMs } of this.journal.lines()) {
      if (this.#stopped) return;
      if (!this.#isOld(notedMs)) continue;
      await this.#apart(id, async () => {
        const entry = await this.journal.entry(id);
        if (entry !== undefined) await this.#clean(entry);
      });
    }
  }

  /** One damaged object must not keep the sweep from all others; a bucket that is gone must. */
  async #apart(object: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      if (err instanceof BucketError) throw err;
      this.log.warn('sweep.skipped', 'An object could not be looked after', { object, err });
    }
  }

  async #clean(entry: JournalEntry): Promise<void> {
    const { id, name } = entry;
    if (await this.#isOrphan(entry)) {
      await this.failpoints.hit('clean.before-delete');
      await this.shelf.remove(name, id);
    } else if (await this.retention.prune(name)) return;
    await this.journal.strike(id);
  }

  /** Whether a version was not and never will be published. */
  async #isOrphan(entry: JournalEntry): Promise<boolean> {
    const stored = await this.heads.read(entry.name);
    // A head of a version is never removed, and none comes back.
    if (stored === undefined) return true;
    if (stored.head.version >= entry.version) return !(await this.#isInChain(entry, stored));
    if (stored.head.nonce !== entry.from) return true;
    // Its writer may only be paused: the head must move on before its content may go.
    await this.failpoints.hit('clean.before-swap');
    await this.heads.swap(entry.name, stored.etag, movedBody(stored, stored.head.token));
    await this.failpoints.hit('clean.after-swap');
    return await this.#isOrphan(entry);
  }

  /** Also where that cannot be told: what is damaged is left to a person. */
  async #isInChain(entry: JournalEntry, stored: StoredHead): Promise<boolean> {
    for await (const record of this.shelf.chain(stored)) {
      if (record.version <= entry.version) return record.id === entry.id;
    }
    return true;
  }

  async #sweepUploads(): Promise<void> {
    const uploads = this.bucket.unfinishedUploads(this.keys.contents);
    for await (const { key, uploadId, startedMs } of uploads) {
      if (this.#stopped) return;
      if (this.#isOld(startedMs)) await this.bucket.abortUpload(key, uploadId);
    }
  }

  async #sweepHeads(): Promise<void> {
    for await (const { key, size, modifiedMs } of this.bucket.walk(this.keys.heads)) {
      if (this.#stopped) return;
      await this.#pruneAged(key);
      if (size === 0 || tellsContent(size) || !this.#isOld(modifiedMs)) continue;
      await this.#apart(key, async () => {
        const seen = await this.heads.look(this.keys.nameOf(key));
        if (seen.kind === 'head') await this.creator.forget(seen.stored.head);
      });
    }
  }

  /** The journal tells what newer versions pushed out, but not what grew old since. */
  async #pruneAged(key: string): Promise<void> {
    if (this.keeping.ageMs === 0) return;
    await this.#apart(key, async () => {
      await this.retention.prune(this.keys.nameOf(key));
    });
  }

  #isOld(sinceMs: number): boolean {
    return this.clock.epochMicros() / 1000 - sinceMs >= LEFT_BEHIND_MS;
  }
}
