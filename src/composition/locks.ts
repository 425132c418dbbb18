import { randomUUID } from 'node:crypto';
import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { EventFeed } from '../events/event-feed.js';
import { MemoryEventFeed } from '../events/memory-event-feed.js';
import { LockTable } from '../locks/lock-table.js';
import { MemoryLockTable } from '../locks/memory/memory-lock-table.js';
import { MemorySessionRecords } from '../locks/memory/memory-session-records.js';
import { RedisLockTableOptions } from '../locks/redis/options.js';
import { RedisLockTable } from '../locks/redis/redis-lock-table.js';
import { SessionRecords } from '../locks/session-records.js';

export const locksModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    if (config.redisUrl === undefined) {
      bind(EventFeed).to(MemoryEventFeed);
      bind(LockTable).to(MemoryLockTable);
      bind(SessionRecords).to(MemorySessionRecords);
      return;
    }
    bind(RedisLockTableOptions).toConstantValue(
      new RedisLockTableOptions({
        url: config.redisUrl,
        timeoutMs: config.redisTimeoutMs,
        replicaId: randomUUID(),
      }),
    );
    bind(LockTable).to(RedisLockTable);
  });
