import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { RedisLink, RedisLinkOptions } from '../redis/redis-link.js';
import { ReplicaMessages } from '../redis/replica-messages.js';

/** Nothing is bound where locks are kept in memory. */
export const redisModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    if (config.redisUrl === undefined) return;
    bind(RedisLinkOptions).toConstantValue(
      new RedisLinkOptions({
        url: config.redisUrl,
        timeoutMs: config.redisTimeoutMs,
        tlsCaFile: config.redisTlsCa,
        minReplicas: config.redisMinReplicas,
      }),
    );
    bind(RedisLink).toSelf();
    bind(ReplicaMessages).toService(RedisLink);
  });
