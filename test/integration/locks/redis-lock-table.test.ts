import { describeEveryLockTable } from '../../contract/every-lock-table.contract.js';
import { describeSessionRecords } from '../../contract/session-records.contract.js';
import { describeSessionRecordsOwners } from '../../contract/session-records-owners.contract.js';
import { sharedRedisUrl } from '../support/redis.js';
import { lockTablesOn, sessionRecordsOn } from './contract-fixtures.js';

describeEveryLockTable('RedisLockTable', () => lockTablesOn(sharedRedisUrl()));
describeSessionRecords('RedisSessionRecords', () => sessionRecordsOn(sharedRedisUrl()));
describeSessionRecordsOwners('RedisSessionRecords', () => sessionRecordsOn(sharedRedisUrl()));
