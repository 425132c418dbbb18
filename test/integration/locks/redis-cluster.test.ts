import { describeEveryLockTable } from '../../contract/every-lock-table.contract.js';
import { describeSessionRecords } from '../../contract/session-records.contract.js';
import { describeSessionRecordsOwners } from '../../contract/session-records-owners.contract.js';
import { lockTablesOn, sessionRecordsOn } from './contract-fixtures.js';
import { startCluster } from './redis-cluster.js';
import type { RedisServers } from './redis-servers.js';

describe('A cluster of Redis', () => {
  let cluster: RedisServers;

  before(async () => {
    cluster = await startCluster({ replica: true });
  });

  after(() => cluster.stop());

  const url = (): string => `redis+cluster://${cluster.addresses([1, 2])}`;

  describeEveryLockTable('RedisLockTable', () => lockTablesOn(url()));
  describeSessionRecords('RedisSessionRecords', () => sessionRecordsOn(url()));
  describeSessionRecordsOwners('RedisSessionRecords', () => sessionRecordsOn(url()));
});
