import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, FaultKind } from './plan/fault.js';
import { Random } from './plan/random.js';
import type { Gate } from './world/gate.js';
import type { World } from './world/world.js';

/** How often connections are broken while that goes on, in milliseconds. */
const DROP_EVERY_MS = 100;

/** An answer is broken within its first bytes, or a little behind them. */
const MOST_REPLY_BYTES = 40;

type Performance = (world: World, fault: Fault) => Promise<void>;

/** Each fault from its beginning to its end, when it has been healed. */
const PERFORMANCES: Readonly<Record<FaultKind, Performance>> = {
  'kill-replica': async (world, { replica, lastsMs }) => {
    await world.replica(replica).kill();
    await delay(lastsMs);
    world.replica(replica).start();
  },
  'restart-replica': async (world, { replica }) => {
    await world.replica(replica).stop();
    world.replica(replica).start();
  },
  'pause-replica': async (world, { replica, lastsMs }) => {
    world.replica(replica).pause();
    await delay(lastsMs);
    world.replica(replica).resume();
  },
  'step-clock': async (world, { replica, lastsMs, amount }) => {
    world.replica(replica).stepClock(amount);
    await delay(lastsMs);
    world.replica(replica).stepClock(0);
  },
  'cut-redis': (world, fault) => shut(world.replica(fault.replica).redisGate, fault),
  'cut-clients': (world, fault) => shut(world.replica(fault.replica).gate, fault),
  'drop-mid-reply': async (world, { atMs, lastsMs }) => {
    const random = new Random(atMs);
    const end = performance.now() + lastsMs;
    while (performance.now() < end) {
      random.pick(world.clients).breakInReply(random.whole(0, MOST_REPLY_BYTES));
      await delay(DROP_EVERY_MS);
    }
  },
  'pause-redis': async ({ redis }, { lastsMs }) => {
    await redis.pause();
    await delay(lastsMs);
    await redis.resume();
  },
  'kill-redis': async ({ redis }, { lastsMs, amount }) => {
    await redis.kill();
    await delay(lastsMs);
    await redis.startAgain(amount === 1);
  },
  'empty-redis': ({ redis }) => redis.empty(),
  'fail-over': ({ redis, replicas }, { amount, lastsMs }) =>
    redis.failOver(
      amount,
      lastsMs,
      replicas.map(({ redisGate }) => redisGate),
    ),
};

export function perform(world: World, fault: Fault): Promise<void> {
  return PERFORMANCES[fault.kind](world, fault);
}

async function shut(gate: Gate, { loss, lastsMs }: Fault): Promise<void> {
  gate.shut(loss);
  await delay(lastsMs);
  gate.open();
}
