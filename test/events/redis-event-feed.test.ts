import { expect } from 'chai';
import type { ChangeEvent } from '../../src/events/event-feed.js';
import { RedisEventFeed } from '../../src/events/redis-event-feed.js';
import { RedisEventFeedOptions } from '../../src/events/redis-event-feed-options.js';
import { describeEventFeed } from '../contract/event-feed.contract.js';
import { settle } from '../support/fake-clock.js';
import { FakeReplicaMessages } from '../support/fake-replica-messages.js';
import { RecordingLog } from '../support/recording-log.js';

const OPTIONS = new RedisEventFeedOptions('test:');

describeEventFeed('RedisEventFeed', async () => {
  const hub = new Map<string, Set<(text: string) => void>>();
  const makeFeed = () =>
    new RedisEventFeed(new FakeReplicaMessages(hub), new RecordingLog(), OPTIONS);
  const [here, there] = [makeFeed(), makeFeed()];
  return { here, there, ready: settle, arrived: settle, close: settle };
});

describe('RedisEventFeed', () => {
  let messages: FakeReplicaMessages;
  let log: RecordingLog;
  let feed: RedisEventFeed;

  beforeEach(() => {
    messages = new FakeReplicaMessages();
    log = new RecordingLog();
    feed = new RedisEventFeed(messages, log, OPTIONS);
  });

  it('subscribes to its channel only while somebody listens', () => {
    expect(messages.channels).to.deep.equal([]);
    const ends = [feed.listen(() => undefined), feed.listen(() => undefined)];
    expect(messages.channels).to.deep.equal(['test:events']);
    ends[0]?.();
    expect(messages.channels).to.deep.equal(['test:events']);
    ends[1]?.();
    expect(messages.channels).to.deep.equal([]);
  });

  it('writes what the scripts of the lock table write', () => {
    feed.publish({ topic: 'file:a/b', message: '{"event":"delete","version":5}' });
    expect(messages.published).to.deep.equal([
      ['test:events', '["file:a/b","{\\"event\\":\\"delete\\",\\"version\\":5}"]'],
    ]);
  });

  it('drops a message that is none of its own, and says so', () => {
    const heard: ChangeEvent[] = [];
    feed.listen((event) => void heard.push(event));
    const unknown = [
      '',
      'no JSON',
      '{}',
      '"file:a"',
      '["file:a"]',
      '["file:a",1]',
      '["a","b","c"]',
    ];
    for (const text of unknown) messages.publish('test:events', text);
    messages.publish('test:events', '["file:a","{}"]');
    expect(heard).to.deep.equal([{ topic: 'file:a', message: '{}' }]);
    expect(log.lines.map(({ level, event }) => [level, event])).to.deep.equal(
      unknown.map(() => ['warn', 'events.unknown-message']),
    );
  });
});
