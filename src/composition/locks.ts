import { randomBytes } from 'node:crypto';
import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { LockTable } from '../locks/lock-table.js';
import { MemoryLockTable } from '../locks/memory/memory-lock-table.js';
import { MemorySessionRecords } from '../locks/memory/memory-session-records.js';
import { RedisLockTableOptions } from '../locks/redis/options.js';
import { RedisLockTable } from '../locks/redis/redis-lock-table.js';
import { RedisSessionRecords } from '../locks/redis/redis-session-records.js';
import { RedisTableEpoch } from '../locks/redis/redis-table-epoch.js';
import { TableEpoch } from '../locks/redis/table-epoch.js';
import { TableMemory } from '../locks/redis/table-memory.js';
import { SessionRecords } from '../locks/session-records.js';

/** Short, for it is part of every lock's entry; still no two replicas have the same. */
const REPLICA_ID_BYTES = 9;

export const locksModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    if (config.redisUrl === undefined) {
      bind(LockTable).to(MemoryLockTable);
      bind(SessionRecords).to(MemorySessionRecords);
      return;
    }
    bind(RedisLockTableOptions).toConstantValue(
      new RedisLockTableOptions({
        replicaId: randomBytes(REPLICA_ID_BYTES).toString('base64url'),
      }),
    );
    bind(TableEpoch).to(RedisTableEpoch);
    bind(TableMemory).toSelf();
    bind(LockTable).to(RedisLockTable);
    bind(SessionRecords).to(RedisSessionRecords);
  });
