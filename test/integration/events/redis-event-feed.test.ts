import { SystemClock } from '../../../src/clock/system-clock.js';
import { RedisEventFeed } from '../../../src/events/redis-event-feed.js';
import { RedisEventFeedOptions } from '../../../src/events/redis-event-feed-options.js';
import { RedisLink, RedisLinkOptions } from '../../../src/redis/redis-link.js';
import { describeEventFeed } from '../../contract/event-feed.contract.js';
import { RecordingLog } from '../../support/recording-log.js';
import { uniquePrefix } from '../locks/redis-fixture.js';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';

describeEventFeed('RedisEventFeed, on Redis', async () => {
  const options = new RedisEventFeedOptions(uniquePrefix());
  const log = new RecordingLog();
  const makeLink = () =>
    new RedisLink(
      new RedisLinkOptions({ url: sharedRedisUrl(), timeoutMs: 2_000 }),
      new SystemClock(),
      log,
    );
  const links = [makeLink(), makeLink()] as const;
  await Promise.all(links.map((link) => link.open()));
  const [here, there] = [
    new RedisEventFeed(links[0], log, options),
    new RedisEventFeed(links[1], log, options),
  ];
  /** Published by both behind everything else, and awaited by both: then all of it has arrived. */
  const marker = `${options.keyPrefix}marker`;
  let markers = 0;
  for (const link of links) link.subscribe(marker, () => void markers++);
  const ready = (): Promise<void> =>
    eventually('both replicas hear', async () => links.every((link) => link.hears));
  await ready();
  return {
    here,
    there,
    ready,
    arrived: async () => {
      markers = 0;
      for (const link of links) link.publish(marker, '');
      await eventually('everything arrived', async () => markers === 2 * links.length);
    },
    close: async () => void (await Promise.all(links.map((link) => link.close()))),
  };
});
