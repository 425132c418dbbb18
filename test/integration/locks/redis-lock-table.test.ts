import { describeLockTable } from '../../contract/lock-table.contract.js';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';
import { makeReplica, uniquePrefix } from './redis-fixture.js';

/** Short enough to wait for its end, long enough for two round trips on a busy machine. */
const PROVISIONAL_MS = 400;

describeLockTable('RedisLockTable', async () => {
  const options = {
    url: sharedRedisUrl(),
    keyPrefix: uniquePrefix(),
    provisionalMs: PROVISIONAL_MS,
  };
  const replicas = [makeReplica(options), makeReplica(options)] as const;
  await Promise.all(replicas.map((replica) => replica.open()));
  const [{ table: here }, { table: there }] = replicas;
  return {
    here,
    there,
    provisionalMs: PROVISIONAL_MS,
    until: (outcome) => outcome,
    untilTrue: (condition) => eventually('the condition of the test', condition),
    // A round trip on the same connection comes after all that was sent before it.
    arrived: async () => void (await here.inspect('anything')),
    close: async () => void (await Promise.all(replicas.map((replica) => replica.close()))),
  };
});
