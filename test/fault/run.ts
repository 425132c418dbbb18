import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from './clients/actor.js';
import { roleOf } from './clients/roles.js';
import type { Entry, FaultWindow, History } from './history.js';
import { perform } from './perform.js';
import { describeFault, type Fault, type FaultKind } from './plan/fault.js';
import { partOf, planFaults } from './plan/plan.js';
import { Random } from './plan/random.js';
import { tellLocks } from './world/locks-told.js';
import { readStore } from './world/stored.js';
import { World } from './world/world.js';

/** Files that are worked on at once: few, so that there are queues. */
const FILES = 3;

/** After that long other files take their place, so that no history grows beyond what is kept. */
const FILES_CHANGE_MS = 20_000;

/** How long clients go on after the last fault, in leases: longer than they may take to recover. */
const AFTERWARDS_LEASES = 3;

export interface RunWish {
  readonly seed: number;
  readonly durationMs: number;
  readonly clients: number;
  readonly replicas: number;
  readonly leaseMs: number;
  readonly kinds: readonly FaultKind[];
  /** For everything that the run leaves behind. */
  readonly folder: string;
  /** A line for people who watch. */
  readonly say: (line: string) => void;
}

/** Lets clients work while faults happen, and returns all that was seen. */
export async function run(wish: RunWish): Promise<History> {
  const { seed, durationMs, replicas, leaseMs, kinds, say } = wish;
  const random = new Random(seed);
  const faults = planFaults(random.branch(), { durationMs, replicas, kinds, leaseMs });
  const clocks = kinds.includes('step-clock');
  await using world = await World.start({ replicas, leaseMs, clocks, folder: wish.folder });
  await world.ready();

  const entries: Entry[] = [];
  const stop = new AbortController();
  await using actors = new AsyncDisposableStack();
  const beganMs = performance.now();
  const files = filesAt(beganMs);
  const work: Promise<void>[] = [];
  const clients: Actor[] = [];
  for (let index = 0; index < wish.clients; index++) {
    const [role, act] = roleOf(index);
    const id = `${role}-${index}`;
    const ownRandom = random.branch();
    const passage = await world.openClientPassage(ownRandom.branch());
    const actor = await Actor.connect(id, ownRandom, passage, (entry) => entries.push(entry));
    actors.use(actor);
    clients.push(actor);
    work.push(actor.repeat(act(files), stop.signal));
  }

  const windows = await performAll(world, faults, beganMs, say);
  const healedMs = performance.now();
  say('all faults are over');
  await delay(AFTERWARDS_LEASES * leaseMs);
  const stoppedMs = performance.now();
  const inHand = new Map(clients.map((actor) => [actor.id, actor.inHand]));
  const lockTables = await tellLocks(world);
  stop.abort();
  await Promise.all(work);
  await actors.disposeAsync();
  await world.stopReplicas();
  say('all clients and replicas have stopped; every version is looked at');
  return {
    ...{ leaseMs, entries, faults: windows, healedMs, stoppedMs, inHand, lockTables },
    clients: clients.map(({ id }) => id),
    files: await readStore(world.filesRoot),
    misbehaviours: world.replicas.flatMap((replica) => replica.misbehaviours),
  };
}

function filesAt(beganMs: number): () => readonly string[] {
  return () => {
    const age = Math.floor((performance.now() - beganMs) / FILES_CHANGE_MS);
    return Array.from({ length: FILES }, (_, file) => `age-${age}/file-${file}`);
  };
}

async function performAll(
  world: World,
  faults: readonly Fault[],
  startMs: number,
  say: (line: string) => void,
): Promise<FaultWindow[]> {
  const windows: FaultWindow[] = [];
  // What a slow machine has not finished with one part is waited for before the next thing
  // happens to it.
  const last = new Map<string, Promise<void>>();
  for (const fault of faults) {
    await delay(Math.max(0, startMs + fault.atMs - performance.now()));
    const line = describeFault(fault);
    say(`${((performance.now() - startMs) / 1000).toFixed(1)} s: ${line}`);
    for (const replica of world.replicas) replica.note(line);
    const beganMs = performance.now();
    const part = partOf(fault);
    const performed = (last.get(part) ?? Promise.resolve())
      .then(() => perform(world, fault))
      .then(() => {
        const { kind, replica } = fault;
        windows.push({ kind, replica, beganMs, endedMs: performance.now() });
      });
    performed.catch(() => undefined); // thrown where all are waited for
    last.set(part, performed);
  }
  await Promise.all(last.values());
  return windows;
}
