import { type Fault, type FaultKind, LOSSES } from './fault.js';
import type { Random } from './random.js';

export interface PlanWish {
  /** No fault lasts longer than until then. */
  readonly durationMs: number;
  readonly replicas: number;
  readonly kinds: readonly FaultKind[];
  readonly leaseMs: number;
}

/** Before the first fault. */
const WARM_UP_MS = 1_000;

/** Between two faults that follow each other; most are near enough to overlap. */
const SHORT_GAP_MS = [100, 1_500] as const;

/** Now and then nothing happens for longer than a lease, so that all is well again in between. */
const CALM_CHANCE = 0.12;

/** What a process needs to be up again before the next thing happens to it. */
const RECOVERY_MS = 2_000;

/** A wall clock steps by so much: within a lease, or by days. */
const CLOCK_STEPS_S = [-86_400, -3_600, -7, -1, 1, 7, 3_600, 86_400] as const;

/**
 * Which fault happens when. The same numbers make the same plan, and two faults never happen to the
 * same part at once, but often to different ones.
 */
export function planFaults(random: Random, wish: PlanWish): Fault[] {
  const { durationMs, kinds, leaseMs } = wish;
  const faults: Fault[] = [];
  const busyUntil = new Map<string, number>();
  let bag: FaultKind[] = [];
  let atMs = WARM_UP_MS;
  while (kinds.length > 0) {
    if (bag.length === 0) bag = random.shuffled(kinds);
    const fault = drawFault(random, bag[0] ?? random.pick(kinds), atMs, wish);
    if (atMs + fault.lastsMs > durationMs) break;
    const part = partOf(fault);
    if (atMs >= (busyUntil.get(part) ?? 0)) {
      busyUntil.set(part, atMs + fault.lastsMs + RECOVERY_MS);
      faults.push(fault);
      bag.shift();
    } else {
      // Its turn comes when that part is well again.
      bag.push(...bag.splice(0, 1));
    }
    atMs += random.whole(...SHORT_GAP_MS);
    if (random.chance(CALM_CHANCE)) atMs += Math.round(2 * leaseMs * random.next());
  }
  return faults;
}

function drawFault(random: Random, kind: FaultKind, atMs: number, wish: PlanWish): Fault {
  const ofReplica = kind.endsWith('-replica') || kind.startsWith('cut-') || kind === 'step-clock';
  return {
    kind,
    atMs,
    lastsMs: drawLength(random, kind, wish.leaseMs),
    replica: ofReplica ? random.whole(0, wish.replicas - 1) : -1,
    amount: drawAmount(random, kind),
    loss: random.pick(LOSSES),
  };
}

/** Shorter and longer than a lease, and than the time-out of Redis. */
function drawLength(random: Random, kind: FaultKind, leaseMs: number): number {
  switch (kind) {
    case 'empty-redis':
    case 'restart-replica':
      return 0;
    case 'pause-redis':
    case 'kill-redis':
    case 'fail-over':
      return random.whole(100, 2_500);
    default:
      return random.whole(200, Math.round(1.6 * leaseMs));
  }
}

function drawAmount(random: Random, kind: FaultKind): number {
  switch (kind) {
    case 'step-clock':
      return random.pick(CLOCK_STEPS_S);
    case 'kill-redis':
      return random.whole(0, 1);
    case 'fail-over':
      return random.whole(0, 800);
    default:
      return 0;
  }
}

/** What can only have one thing wrong with it at a time. */
export function partOf({ kind, replica }: Fault): string {
  if (kind.endsWith('-redis') && kind !== 'cut-redis') return 'redis';
  if (kind === 'fail-over') return 'redis';
  if (kind.endsWith('-replica')) return `process ${replica}`;
  return `${kind} ${replica}`;
}
