import { describeLockTable } from '../../contract/lock-table.contract.js';
import { describeLockTableCircles } from '../../contract/lock-table-circles.contract.js';
import { describeLockTableNotices } from '../../contract/lock-table-notices.contract.js';
import { describeLockTablePlaces } from '../../contract/lock-table-places.contract.js';
import { describeLockTableSessions } from '../../contract/lock-table-sessions.contract.js';
import { describeSessionRecords } from '../../contract/session-records.contract.js';
import { describeSessionRecordsOwners } from '../../contract/session-records-owners.contract.js';
import { sharedRedisUrl } from '../support/redis.js';
import { lockTablesOn, sessionRecordsOn } from './contract-fixtures.js';

describeLockTable('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeLockTableSessions('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeLockTablePlaces('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeLockTableCircles('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeLockTableNotices('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeSessionRecords('RedisSessionRecords', () => sessionRecordsOn(sharedRedisUrl()));
describeSessionRecordsOwners('RedisSessionRecords', () => sessionRecordsOn(sharedRedisUrl()));
