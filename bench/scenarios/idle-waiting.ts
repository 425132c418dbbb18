import { setTimeout as delay } from 'node:timers/promises';
import type { RedisProcess } from '../parts/redis-process.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const WAITING = 64;
const SECONDS = 20;
const QUICK_SECONDS = 5;

export const idleWaiting: Scenario = {
  name: 'idle-waiting',
  shows: `what ${WAITING} clients that wait for one lock ask of Redis: nothing`,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const { port } = await stage.candado({ REDIS_URL: redis.url });
    const seconds = stage.quick ? QUICK_SECONDS : SECONDS;
    const holder = await stage.connect(port);
    await holder.call('LOCK', 'idle.txt');
    stage.say(`nobody waits for ${seconds} s`);
    const alone = await commandsWithin(redis, seconds);
    const waiting = await stage.connections(port, WAITING);
    const answers = waiting.map((client) => client.call('LOCK', 'idle.txt', 'WAIT', '600000'));
    for (const answer of answers) answer.catch(() => undefined);
    await untilWaiting(() => holder.call('PING'), redis);
    stage.say(`${WAITING} clients wait for ${seconds} s`);
    const together = await commandsWithin(redis, seconds);
    return [
      { what: `commands in ${seconds} s with one holder`, value: alone.all, unit: '' },
      { what: `the same, and ${WAITING} who wait`, value: together.all, unit: '' },
      {
        ...{
          what: 'scripts of those who wait',
          value: Math.max(0, together.scripts - alone.scripts),
        },
        ...{ unit: '', atMost: 1 },
      },
    ];
  },
};

/** Until Redis has nothing to do with those who came. */
async function untilWaiting(ping: () => Promise<string>, redis: RedisProcess): Promise<void> {
  for (let before = -1; ; ) {
    await ping();
    const { all } = await commandsWithin(redis, 0.5);
    if (all === 0 && before === 0) return;
    before = all;
  }
}

async function commandsWithin(
  redis: RedisProcess,
  seconds: number,
): Promise<{ all: number; scripts: number }> {
  const before = await redis.commandCounts();
  await delay(seconds * 1_000);
  const after = await redis.commandCounts();
  const risen = [...after].map(
    ([command, calls]) => [command, calls - (before.get(command) ?? 0)] as const,
  );
  const sum = (of: typeof risen): number => of.reduce((total, [, calls]) => total + calls, 0);
  return { all: sum(risen), scripts: sum(risen.filter(([command]) => /^eval/.test(command))) };
}
