import { describeLockTable } from '../../contract/lock-table.contract.js';
import { describeLockTableSessions } from '../../contract/lock-table-sessions.contract.js';
import { describeSessionRecords } from '../../contract/session-records.contract.js';
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

  describeLockTable('RedisLockTable', () => lockTablesOn(url()));
  describeLockTableSessions('RedisLockTable', () => lockTablesOn(url()));
  describeSessionRecords('RedisSessionRecords', () => sessionRecordsOn(url()));
});
