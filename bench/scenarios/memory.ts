import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../src/clock/system-clock.js';
import type { GrantId, SessionId } from '../../src/locks/model.js';
import type { RedisLockTable } from '../../src/locks/redis/redis-lock-table.js';
import { makeReplica } from '../../test/integration/locks/redis-fixture.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const COUNTS = [1_000, 10_000, 100_000, 1_000_000] as const;
const MOST_QUICK = 100_000;

/** Longer than the scenario. */
const TTL_MS = 3_600_000;

const AT_ONCE = 1_000;
const MOST_BYTES = 400;
const LEAST_JUDGED = 100_000;

export const memory: Scenario = {
  name: 'memory',
  shows: 'what a held lock takes in Redis, by the lock table alone, without files',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const redis = await stage.redis();
    const replica = makeReplica({ url: redis.url, clock: new SystemClock() });
    await replica.open();
    stage.defer(() => replica.close());
    const empty = await redis.usedMemory();
    const figures: Figure[] = [];
    let locked = 0;
    for (const count of COUNTS.filter((some) => !stage.quick || some <= MOST_QUICK)) {
      stage.say(`${count} locks are taken`);
      for (; locked < count; locked += AT_ONCE) await lockSome(replica.table, locked);
      const value = ((await redis.usedMemory()) - empty) / count;
      // Few locks share what Redis itself takes.
      const limit = count < LEAST_JUDGED ? {} : { atMost: MOST_BYTES };
      figures.push({ what: `each of ${count} locks`, value, unit: 'bytes', ...limit });
    }
    return figures;
  },
};

async function lockSome(table: RedisLockTable, from: number): Promise<void> {
  const locks = Array.from({ length: AT_ONCE }, async (_, number) => {
    const name = `folder-${from / AT_ONCE}/file-${from + number}.txt`;
    const grantId = randomUUID() as GrantId;
    const acquired = await table.acquire({
      ...{ name, grantId, mode: 'exclusive', ttlMs: TTL_MS, waitMs: 0, holdsOthers: false },
      ...{ session: randomUUID() as SessionId, generation: 1 },
      ...{ holder: 'importer', address: '192.0.2.17:50000', note: '' },
    });
    if (acquired.outcome !== 'granted') throw new Error(`${name} is ${acquired.outcome}`);
    await table.confirm({ name, grantId, ttlMs: TTL_MS });
  });
  await Promise.all(locks);
}
