import { join } from 'node:path';
import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { Adoption } from './adoption.js';
import { formatHead } from './head-name.js';
import type { HeadSwapper } from './head-swapper.js';
import type { Layout } from './layout.js';
import type { Listed, Listing, PassOver } from './listing.js';
import type { Orphans } from './orphans.js';
import { ageMs, statsOf } from './plain-tree.js';
import type { PlainView } from './plain-view.js';
import type { Retention } from './retention.js';

/** How long a view left behind by a dead replica may lag, in milliseconds. */
export const SWEEP_EVERY_MS = 10 * 60_000;

/** Only every so many sweeps look through contents and histories too: that reads every record. */
const FULL_SWEEP_EVERY = 36;

/**
 * How long a name that was locked and never written is left alone, in milliseconds. Whoever still
 * held that lock after a day would be refused, and lock again.
 */
export const UNWRITTEN_AGE_MS = 24 * 60 * 60_000;

/** After so many files that could not be looked after a sweep ends: the disk itself is ill. */
const MAX_FAILURES = 100;

/** Goes through the whole store in the background, one thing at a time, at start and then on. */
export class Sweeper {
  #cancelTimer: CancelTimer | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;
  #sweeps = 0;
  #startedMicros = 0;

  constructor(
    private readonly layout: Layout,
    private readonly listing: Listing,
    private readonly swapper: HeadSwapper,
    private readonly adoption: Adoption,
    private readonly retention: Retention,
    private readonly orphans: Orphans,
    private readonly view: PlainView | undefined,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly settleMs: number,
  ) {}

  start(): void {
    this.#startedMicros = this.clock.epochMicros();
    this.#begin();
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

  #begin(): void {
    this.#working = this.#sweep().then(() => {
      if (!this.#stopped) this.#cancelTimer = this.clock.after(SWEEP_EVERY_MS, () => this.#begin());
    });
  }

  async #sweep(): Promise<void> {
    const isFull = this.#sweeps++ % FULL_SWEEP_EVERY === 0;
    let failures = 0;
    try {
      // First: what was staged for a head that is then forgotten could be of one that was lost.
      if (isFull) await this.orphans.sweep(() => this.#stopped);
      const passOver: PassOver = (file, err) => this.#skip(file, err);
      for await (const listed of this.listing.walk(passOver)) {
        if (this.#stopped || failures > MAX_FAILURES) return;
        if (!(await this.#sweptName(listed, isFull))) failures++;
      }
    } catch (err) {
      this.log.error('sweep.failed', 'The store could not be looked through', { err });
    }
  }

  /** One damaged file must not keep the sweep from all others. */
  async #sweptName(listed: Listed, isFull: boolean): Promise<boolean> {
    try {
      await this.#sweepName(listed, isFull);
      return true;
    } catch (err) {
      this.#skip(listed.name, err);
      return false;
    }
  }

  #skip(file: FileName, err: unknown): void {
    this.log.warn('sweep.skipped', 'A file could not be looked after', { file, err });
  }

  async #sweepName({ name, head }: Listed, isFull: boolean): Promise<void> {
    if (Adoption.isOpen(head)) await this.#adopt(name);
    if (head === undefined) return;
    if (head.version === 0) await this.#forgetOld(head);
    else await this.view?.refresh(name, 'repair');
    if (isFull) await this.retention.prune(name);
  }

  /** What lay there before the start is adopted at once; nobody is likely to be writing it. */
  async #adopt(name: FileName): Promise<void> {
    const stats = await statsOf(this.layout.plain(name));
    if (stats === undefined) return;
    const isOld = ageMs(stats, this.#startedMicros) >= 0;
    if (!isOld && ageMs(stats, this.clock.epochMicros()) < this.settleMs) return;
    await this.adoption.adopt(name, 0);
  }

  async #forgetOld(head: Head): Promise<void> {
    const stats = await statsOf(join(this.layout.headFolder(head.name), formatHead(head)));
    if (stats === undefined || ageMs(stats, this.clock.epochMicros()) < UNWRITTEN_AGE_MS) return;
    await this.swapper.forget(head);
  }
}
