import { describeLockTable } from '../../contract/lock-table.contract.js';
import { eventually } from '../support/eventually.js';
import { startCluster } from './redis-cluster.js';
import { makeReplica, uniquePrefix } from './redis-fixture.js';
import type { RedisServers } from './redis-servers.js';

const PROVISIONAL_MS = 400;

describe('A cluster of Redis', () => {
  let cluster: RedisServers;

  before(async () => {
    cluster = await startCluster({ replica: true });
  });

  after(() => cluster.stop());

  describeLockTable('RedisLockTable', async () => {
    const options = {
      url: `redis+cluster://${cluster.addresses([1, 2])}`,
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
      arrived: async () => void (await here.inspect('anything')),
      close: async () => void (await Promise.all(replicas.map((replica) => replica.close()))),
    };
  });
});
