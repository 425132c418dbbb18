import { STEP_NAMES } from '../../../src/files/failpoints.js';
import type { Random } from '../plan/random.js';
import { Arena, emptyTally, type KilledAt, type Tally } from './arena.js';

/** After so many a root is left for a new one: each start looks through all that lies there. */
const KILLS_A_ROOT = 44;

export const KILLED_AT: readonly KilledAt[] = [...STEP_NAMES, 'anywhere'];

export interface KillRun {
  readonly count: number;
  readonly random: Random;
  /** For the roots; those in which something went wrong stay there. */
  readonly folder: string;
  /** How many roots at once. */
  readonly lanes: number;
  /** How often a victim may come by its step before it dies there; some at the first time. */
  readonly rounds: number;
  /** No victim is started after that, in milliseconds. */
  readonly limitMs: number;
  readonly say: (line: string) => void;
}

/** Kills so many victims, at each step as often as at any other. */
export async function runKills(wish: KillRun): Promise<Tally> {
  const tally = emptyTally();
  const until = performance.now() + wish.limitMs;
  const left = Array.from({ length: wish.count }, (_, at) => at);
  const plan = left.map((at) => KILLED_AT[at % KILLED_AT.length] ?? 'anywhere').values();
  const isOver = (): boolean => performance.now() > until || tally.violations.length > 0;

  const lane = async (random: Random): Promise<void> => {
    let next = plan.next();
    while (next.done !== true && !isOver()) {
      const arena = await Arena.start(wish.folder, random, tally, wish.rounds);
      try {
        for (let kills = 0; kills < KILLS_A_ROOT && next.done !== true && !isOver(); kills++) {
          await arena.kill(next.value);
          next = plan.next();
        }
      } finally {
        await arena.close();
      }
      wish.say(`${tally.kills} of ${wish.count} killed, ${tally.acknowledged} versions whole`);
    }
  };
  await Promise.all(Array.from({ length: wish.lanes }, () => lane(wish.random.branch())));
  if (tally.kills < wish.count && tally.violations.length === 0) {
    tally.violations.push(`only ${tally.kills} of ${wish.count} were killed in the time given`);
  }
  return tally;
}

/** What was found, for people. */
export function killReport(tally: Tally): string[] {
  const steps = [...tally.byStep].map(([step, kills]) => `${step} ${kills}`).join(', ');
  const lines = [
    `killed: ${tally.kills} (${steps})`,
    `acknowledged versions, each whole after the restart: ${tally.acknowledged}`,
    `reads meanwhile, each whole: ${tally.reads} by the store, ${tally.views} of plain files`,
    `files put there by hand, none lost: ${tally.byHand}`,
    `leftovers of the dead, none after cleaning: ${tally.leftByTheDead}`,
    `publishes of the witness refused because a cleaner took it for dead: ${tally.refused}`,
  ];
  return tally.violations.length === 0 ? lines : [...lines, '', ...tally.violations];
}
