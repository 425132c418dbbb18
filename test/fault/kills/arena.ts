import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import type { StepName } from '../../../src/files/failpoints.js';
import type { Random } from '../plan/random.js';
import { Child } from './child.js';
import { type Acknowledged, leftOvers, lostByHand, lostVersions } from './inspect.js';
import { killedParts, killedStore } from './killed-store.js';
import type { Told } from './told.js';

/** Longer than anything unfinished is left alone, in milliseconds. */
const AHEAD_MS = 48 * 3_600_000;

/**
 * How much later the restart after a death believes to be, and then the next life: longer than
 * pruned contents stay readable and than half-written ones are left alone.
 */
const LATER_MS = 2 * 3_600_000;

/** A victim that is killed from outside dies within this time of its start, in milliseconds. */
const ANYWHERE_WITHIN_MS = 300;

/** How often a sync comes by where other steps come by once. */
const SYNCS_A_ROUND = 15;

export type KilledAt = StepName | 'anywhere';

/** What a run counts, over all its arenas. */
export interface Tally {
  kills: number;
  acknowledged: number;
  byHand: number;
  leftByTheDead: number;
  reads: number;
  views: number;
  refused: number;
  readonly byStep: Map<KilledAt, number>;
  readonly violations: string[];
}

export function emptyTally(): Tally {
  const counts = { kills: 0, acknowledged: 0, byHand: 0, leftByTheDead: 0 };
  const witnessed = { reads: 0, views: 0, refused: 0 };
  return { ...counts, ...witnessed, byStep: new Map(), violations: [] };
}

/** One root with a witness; victims live and die on it, one after the other. */
export class Arena {
  readonly #acknowledged: Acknowledged[] = [];
  readonly #byHand = new Map<string, string>();
  #lives = 0;
  #aheadMs = AHEAD_MS;

  private constructor(
    private readonly root: string,
    private readonly random: Random,
    private readonly tally: Tally,
    private readonly rounds: number,
    private readonly witness: Child,
  ) {}

  /** @param rounds how often a victim may come by its step before it dies there */
  static async start(folder: string, random: Random, tally: Tally, rounds: number): Promise<Arena> {
    const root = await mkdtemp(join(folder, 'root-'));
    const early: Told[] = [];
    let heed = (told: Told): void => void early.push(told);
    const seed = `${random.whole(0, 2 ** 31)}`;
    const witness = new Child('./witness.js', [root, `${AHEAD_MS}`, seed], (told) => heed(told));
    const arena = new Arena(root, random, tally, rounds, witness);
    heed = (told) => arena.#heed('the witness', told);
    early.forEach(heed);
    await arena.#untilHeld();
    return arena;
  }

  /** One victim's life and death, and what a restart finds. */
  async kill(at: KilledAt): Promise<void> {
    const before = this.#acknowledged.length;
    this.#lives++;
    this.witness.process.send('go on');
    const killed = await this.#live(at);
    const held = this.#untilHeld();
    this.witness.process.send('hold');
    await held;
    if (killed) {
      this.tally.kills++;
      this.tally.byStep.set(at, (this.tally.byStep.get(at) ?? 0) + 1);
    }
    await this.#inspect(at, this.#acknowledged.slice(before));
  }

  async close(): Promise<void> {
    if (this.witness.process.connected) this.witness.process.send('end');
    const { signal, errors } = await this.witness.endedInTime();
    if (signal !== null || errors !== '') {
      this.#violation('the witness', `ended with ${signal}: ${errors}`);
    }
    // Where something is wrong the disk tells what.
    if (this.tally.violations.length > 0) return;
    await rm(this.root, { recursive: true });
    await rm(`${this.root}.by-hand`, { recursive: true });
  }

  async #live(at: KilledAt): Promise<boolean> {
    const most = at.startsWith('sync.') ? this.rounds * SYNCS_A_ROUND : this.rounds;
    const occurrence = this.random.whole(1, most);
    const seed = this.random.whole(0, 2 ** 31);
    this.#aheadMs += LATER_MS;
    const args = [this.root, at, occurrence, this.#lives, seed, this.#aheadMs].map(String);
    const who = `killed at ${at} (${occurrence})`;
    const delayMs = this.random.whole(0, ANYWHERE_WITHIN_MS);
    const child = new Child('./victim.js', args, (told) => {
      if (told.kind === 'open' && at === 'anywhere') {
        setTimeout(() => child.process.kill('SIGKILL'), delayMs);
      }
      this.#heed(who, told);
    });
    const { signal, errors } = await child.endedInTime();
    if (signal === 'SIGKILL' && errors === '') return true;
    this.#violation(who, `it ended with ${signal}: ${errors}`);
    return false;
  }

  /** As after a restart: the store is opened anew, and looks through all it has. */
  async #inspect(at: KilledAt, acknowledged: readonly Acknowledged[]): Promise<void> {
    this.#aheadMs += LATER_MS;
    const store = killedStore(this.root, this.#aheadMs);
    const parts = killedParts(this.root, this.#aheadMs);
    this.tally.acknowledged += acknowledged.length;
    this.tally.leftByTheDead += (await readdir(parts.layout.prepared)).length;
    await store.open();
    await this.#report(at, lostVersions(store, acknowledged));
    await store.idle();
    await this.#report(at, lostVersions(store, acknowledged));
    await this.#report(at, lostByHand(store, parts, this.#byHand));
    await store.close();
    await this.#report(at, leftOvers(parts));
  }

  async #report(at: KilledAt, found: AsyncGenerator<string, void, undefined>): Promise<void> {
    try {
      for await (const what of found) this.#violation(`killed at ${at}`, what);
    } catch (error) {
      // The store itself refuses what is damaged.
      if (!(error instanceof FileStoreUnavailable)) throw error;
      this.#violation(`killed at ${at}`, error.message);
    }
  }

  #heed(who: string, told: Told): void {
    if (told.kind === 'acknowledged') this.#acknowledged.push(told);
    if (told.kind === 'violation') this.#violation(who, told.what);
    if (told.kind === 'survived') this.#violation(who, 'it never came there');
    if (told.kind === 'by-hand') {
      this.#byHand.set(told.sha256, told.name);
      this.tally.byHand++;
    }
    if (told.kind === 'witnessed') {
      this.tally.reads += told.reads;
      this.tally.views += told.views;
      this.tally.refused += told.refused;
    }
  }

  #violation(who: string, what: string): void {
    this.tally.violations.push(`${this.root}, life ${this.#lives}, ${who}: ${what}`);
  }

  async #untilHeld(): Promise<void> {
    const held = Promise.withResolvers<void>();
    this.witness.process.once('message', () => held.resolve());
    const died = this.witness.ended.then(({ errors }) => {
      throw new Error(`the witness died: ${errors}; ${this.tally.violations.at(-1)}`);
    });
    await Promise.race([held.promise, died]);
  }
}
