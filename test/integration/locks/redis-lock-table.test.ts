import { describeLockTable } from '../../contract/lock-table.contract.js';
import { describeLockTableSessions } from '../../contract/lock-table-sessions.contract.js';
import { describeSessionRecords } from '../../contract/session-records.contract.js';
import { sharedRedisUrl } from '../support/redis.js';
import { lockTablesOn, sessionRecordsOn } from './contract-fixtures.js';

describeLockTable('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeLockTableSessions('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeSessionRecords('RedisSessionRecords', () => sessionRecordsOn(sharedRedisUrl()));
