import { setTimeout as delay } from 'node:timers/promises';
import type { Candado } from '../parts/candado.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const WAITING = 64;
const SECONDS = 20;
const QUICK_SECONDS = 8;

/** Short, so that the lease is renewed, and its end put off, several times. */
const LEASE_MS = 3_000;

const SCRIPTS = 'candado_redis_command_duration_seconds_count';

export const idleWaiting: Scenario = {
  name: 'idle-waiting',
  shows: `what ${WAITING} clients that wait for one lock ask of Redis: nothing`,
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const replica = await stage.candado({ REDIS_URL: redis.url, LEASE_TTL_MS: `${LEASE_MS}` });
    const seconds = stage.quick ? QUICK_SECONDS : SECONDS;
    const holder = await stage.connect(replica.port);
    await holder.call('LOCK', 'idle.txt');
    const waiting = await stage.connections(replica.port, WAITING);
    for (const client of waiting) {
      client.call('LOCK', 'idle.txt', 'WAIT', '600000').catch(() => undefined);
    }
    // Until each has asked what it asks when it comes.
    while ((await replica.metric('candado_locks_waiting')) < WAITING) await delay(100);
    await delay(LEASE_MS);
    stage.say(`${WAITING} clients wait for ${seconds} s`);
    const before = await scriptsOf(replica);
    await delay(seconds * 1_000);
    const after = await scriptsOf(replica);
    return [
      {
        what: 'renewals of the lock that is held',
        value: after.renewals - before.renewals,
        unit: '',
      },
      { what: 'anything else', value: after.others - before.others, unit: '', atMost: 0 },
    ];
  },
};

async function scriptsOf(replica: Candado): Promise<{ renewals: number; others: number }> {
  const renewals = await replica.metric(SCRIPTS, 'script="renew"');
  return { renewals, others: (await replica.metric(SCRIPTS)) - renewals };
}
