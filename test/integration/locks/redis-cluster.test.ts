import { describeLockTable } from '../../contract/lock-table.contract.js';
import { describeLockTableCircles } from '../../contract/lock-table-circles.contract.js';
import { describeLockTableNotices } from '../../contract/lock-table-notices.contract.js';
import { describeLockTablePlaces } from '../../contract/lock-table-places.contract.js';
import { describeLockTableSessions } from '../../contract/lock-table-sessions.contract.js';
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

  describeLockTable('RedisLockTable', () => lockTablesOn(url()));
  describeLockTableSessions('RedisLockTable', () => lockTablesOn(url()));
  describeLockTablePlaces('RedisLockTable', () => lockTablesOn(url()));
  describeLockTableCircles('RedisLockTable', () => lockTablesOn(url()));
  describeLockTableNotices('RedisLockTable', () => lockTablesOn(url()));
  describeSessionRecords('RedisSessionRecords', () => sessionRecordsOn(url()));
  describeSessionRecordsOwners('RedisSessionRecords', () => sessionRecordsOn(url()));
});
