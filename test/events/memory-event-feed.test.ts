import { MemoryEventFeed } from '../../src/events/memory-event-feed.js';
import { describeEventFeed } from '../contract/event-feed.contract.js';
import { settle } from '../support/fake-clock.js';

describeEventFeed('MemoryEventFeed', async () => {
  const feed = new MemoryEventFeed();
  return { here: feed, there: feed, ready: settle, arrived: settle, close: settle };
});
