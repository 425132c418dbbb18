import { setTimeout as delay } from 'node:timers/promises';
import type { RespConnection } from '../parts/resp-connection.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const LEASES = 100_000;
const CONNECTIONS = 20;

/** As long as a lease is where nothing else is set. */
const LEASE_MS = 30_000;
const LEASES_LONG = 3;
const QUICK_LEASES_LONG = 1;

/** Requests of one connection that are under way at once. */
const PIPELINED = 100;

const MOST_OF_A_CORE = 0.25;

export const renewal: Scenario = {
  name: 'renewal',
  shows: `what it takes one replica to keep ${LEASES} leases alive`,
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const replica = await stage.candado({
      REDIS_URL: redis.url,
      LEASE_TTL_MS: `${LEASE_MS}`,
      // What is measured is not the disk.
      DURABILITY: 'os',
      PLAIN_VIEW: 'off',
    });
    stage.say(`${LEASES} locks are taken`);
    const clients = await stage.connections(replica.port, CONNECTIONS);
    await Promise.all(clients.map((client, index) => lockMany(client, index)));

    const seconds = ((stage.quick ? QUICK_LEASES_LONG : LEASES_LONG) * LEASE_MS) / 1_000;
    stage.say(`they are held for ${seconds} s`);
    const before = [await replica.cpuSeconds(), await redis.cpuSeconds()] as const;
    await delay(seconds * 1_000);
    const after = [await replica.cpuSeconds(), await redis.cpuSeconds()] as const;
    const held = await replica.metric('candado_locks_held');
    return [
      { what: 'leases that are held afterwards', value: held, unit: '', atLeast: LEASES },
      {
        ...{ what: 'of a core, the replica', value: (after[0] - before[0]) / seconds },
        ...{ unit: '', atMost: MOST_OF_A_CORE },
      },
      { what: 'of a core, Redis', value: (after[1] - before[1]) / seconds, unit: '' },
      {
        what: 'memory of the replica',
        value: (await replica.residentBytes()) / 2 ** 20,
        unit: 'MiB',
      },
    ];
  },
};

async function lockMany(client: RespConnection, index: number): Promise<void> {
  const count = LEASES / CONNECTIONS;
  for (let from = 0; from < count; from += PIPELINED) {
    const asked = Array.from({ length: PIPELINED }, (_, number) =>
      client.call('LOCK', `held/${index}/file-${from + number}.txt`),
    );
    await Promise.all(asked);
  }
}
