import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { EventFeed } from '../events/event-feed.js';
import { MemoryEventFeed } from '../events/memory-event-feed.js';
import { RedisEventFeed } from '../events/redis-event-feed.js';
import { RedisEventFeedOptions } from '../events/redis-event-feed-options.js';

export const eventsModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    if (config.redisUrl === undefined) {
      bind(EventFeed).to(MemoryEventFeed);
      return;
    }
    bind(RedisEventFeedOptions).toConstantValue(new RedisEventFeedOptions());
    bind(EventFeed).to(RedisEventFeed);
  });
