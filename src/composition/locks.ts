import { randomUUID } from 'node:crypto';
import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { LockTable } from '../locks/lock-table.js';
import { MemoryLockTable } from '../locks/memory/memory-lock-table.js';
import { RedisLockTableOptions } from '../locks/redis/options.js';
import { RedisLockTable } from '../locks/redis/redis-lock-table.js';

export const locksModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    if (config.redisUrl === undefined) {
      bind(LockTable).to(MemoryLockTable);
      return;
    }
    bind(RedisLockTableOptions).toConstantValue(
      new RedisLockTableOptions({ replicaId: randomUUID() }),
    );
    bind(LockTable).to(RedisLockTable);
  });
