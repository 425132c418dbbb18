import { expect } from 'chai';
import { Refusal } from '../../../src/commands/refusal.js';
import type { Reply } from '../../../src/commands/reply.js';
import type { CommandHandler } from '../../../src/commands/spec.js';
import {
  MAX_CHANNEL_BYTES,
  MAX_PATTERN_BYTES,
  MAX_PATTERNS,
  MAX_SUBSCRIPTIONS,
} from '../../../src/commands/subscription/limits.js';
import { PsubscribeCommand } from '../../../src/commands/subscription/psubscribe.js';
import { PunsubscribeCommand } from '../../../src/commands/subscription/punsubscribe.js';
import { SubscribeCommand } from '../../../src/commands/subscription/subscribe.js';
import { UnsubscribeCommand } from '../../../src/commands/subscription/unsubscribe.js';
import { CATCH_UP_MS } from '../../../src/events/limits.js';
import { Subscribers } from '../../../src/events/subscribers.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeEventFeed } from '../../support/fake-event-feed.js';
import { RecordingSubscriptionObserver } from '../../support/recording-subscription-observer.js';
import { connection, contextOf, execute, plain } from '../fakes.js';

describe('SUBSCRIBE and its kin', () => {
  let feed: FakeEventFeed;
  let clock: FakeClock;
  let handle: ReturnType<typeof connection>;
  let handlers: Readonly<Record<string, CommandHandler>>;

  beforeEach(() => {
    feed = new FakeEventFeed();
    clock = new FakeClock();
    handle = connection();
    const subscribers = new Subscribers(feed, new RecordingSubscriptionObserver(), clock);
    handlers = {
      SUBSCRIBE: new SubscribeCommand(subscribers),
      PSUBSCRIBE: new PsubscribeCommand(subscribers),
      UNSUBSCRIBE: new UnsubscribeCommand(subscribers),
      PUNSUBSCRIBE: new PunsubscribeCommand(subscribers),
    };
  });

  const run = (name: string, ...args: string[]): Reply | Promise<Reply> => {
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`no ${name}`);
    return execute(handler, args, contextOf(handle));
  };

  /** What came at once: confirmations as `kind what count`, or the refusal. */
  const say = (name: string, ...args: string[]): unknown => {
    try {
      const reply = run(name, ...args);
      if (reply instanceof Promise) throw new Error('the answer did not come at once');
      if (reply.kind !== 'many') return plain(reply);
      return reply.replies.map((each) => {
        expect(each.kind).to.equal('push');
        return (plain(each) as unknown[]).join(' ');
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return `-${error.code} ${error.message}`;
    }
  };

  const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `file:${at}`);

  it('confirm each channel and pattern, with the running count of both', () => {
    expect(say('SUBSCRIBE', 'file:a', 'lock:dir/a b')).to.deep.equal([
      'subscribe file:a 1',
      'subscribe lock:dir/a b 2',
    ]);
    expect(say('PSUBSCRIBE', 'file:*', 'anything at all')).to.deep.equal([
      'psubscribe file:* 3',
      'psubscribe anything at all 4',
    ]);
    expect(say('SUBSCRIBE', 'file:a')).to.deep.equal(['subscribe file:a 4']);
    expect(say('UNSUBSCRIBE', 'file:a', 'never', 'file:*')).to.deep.equal([
      'unsubscribe file:a 3',
      'unsubscribe never 3',
      'unsubscribe file:* 3',
    ]);
    expect(say('PUNSUBSCRIBE', 'file:*')).to.deep.equal(['punsubscribe file:* 2']);
  });

  it('end all of their kind where nothing is named, or say that there is none', () => {
    say('SUBSCRIBE', 'file:a', 'file:b');
    say('PSUBSCRIBE', 'x*');
    expect(say('UNSUBSCRIBE')).to.deep.equal(['unsubscribe file:a 2', 'unsubscribe file:b 1']);
    expect(say('UNSUBSCRIBE')).to.deep.equal(['unsubscribe  1']);
    expect(say('PUNSUBSCRIBE')).to.deep.equal(['punsubscribe x* 0']);
    expect(run('PUNSUBSCRIBE')).to.deep.equal({
      kind: 'many',
      replies: [
        {
          kind: 'push',
          items: [
            { kind: 'bulk', value: 'punsubscribe' },
            { kind: 'null' },
            { kind: 'integer', value: 0 },
          ],
        },
      ],
    });
  });

  it('refuse a channel of no kind and a bad name, and subscribe to nothing then', () => {
    expect(say('SUBSCRIBE', 'file:a', 'news')).to.match(/^-ERR .*"news".*file:<name>.*lock:<name>/);
    expect(say('SUBSCRIBE', 'file:a', 'FILE:a')).to.match(/^-ERR /);
    expect(say('SUBSCRIBE', 'file:a', 'lock:')).to.equal('-NAME a name must not be empty');
    expect(say('SUBSCRIBE', 'file:a', 'file:../x')).to.match(/^-NAME /);
    expect(handle.subscriptions.count).to.equal(0);
  });

  it('refuse a pattern that is no text', () => {
    const handler = new PsubscribeCommand(undefined as never);
    const broken = { name: 'PSUBSCRIBE', args: [Buffer.from([0xff])], receivedAt: 0 };
    expect(() => handler.execute(broken, contextOf(handle))).to.throw(Refusal, /UTF-8/);
  });

  it('take no more than a connection may have', () => {
    expect(say('SUBSCRIBE', ...names(MAX_SUBSCRIPTIONS + 1))).to.match(
      /^-BUSY .*subscribe to at most 1000,/,
    );
    expect(handle.subscriptions.count).to.equal(0);
    say('SUBSCRIBE', ...names(MAX_SUBSCRIPTIONS - 1));
    expect(say('SUBSCRIBE', ...names(3), 'lock:x')).to.have.length(4);
    expect(say('PSUBSCRIBE', '*')).to.match(/^-BUSY /);
    expect(say('SUBSCRIBE', 'lock:x')).to.deep.equal(['subscribe lock:x 1000']);
    expect(say('SUBSCRIBE', 'lock:y')).to.match(/^-BUSY /);
    say('UNSUBSCRIBE', 'lock:x');
    expect(say('SUBSCRIBE', 'lock:y')).to.deep.equal(['subscribe lock:y 1000']);
  });

  it('take fewer patterns, for each is compared with every event', () => {
    const patterns = names(MAX_PATTERNS);
    expect(say('PSUBSCRIBE', ...patterns, 'one more')).to.match(
      /^-BUSY .*psubscribe to at most 100,/,
    );
    expect(say('PSUBSCRIBE', ...patterns, ...patterns)).to.have.length(2 * MAX_PATTERNS);
    expect(say('PSUBSCRIBE', 'one more')).to.match(/^-BUSY /);
    expect(say('SUBSCRIBE', 'file:a')).to.deep.equal(['subscribe file:a 101']);
  });

  it('take no more bytes than bound the memory and the work', () => {
    const half = 'ñ'.repeat(MAX_PATTERN_BYTES / 4);
    expect(say('PSUBSCRIBE', half, `${half.slice(1)}xx`)).to.be.an('array');
    expect(say('PSUBSCRIBE', half)).to.be.an('array');
    expect(say('PSUBSCRIBE', 'x')).to.match(/^-BUSY .* of 8192 bytes together/);
    say('PUNSUBSCRIBE', half);
    expect(say('PSUBSCRIBE', 'x')).to.be.an('array');
    const long = (at: number): string => `file:${at}/`.padEnd(250, 'x');
    const channels = Array.from({ length: 900 }, (_, at) => `${long(at)}/${long(at).slice(5)}`);
    const fit = Math.floor(MAX_CHANNEL_BYTES / (channels[0] ?? '').length);
    expect(say('SUBSCRIBE', ...channels.slice(0, fit))).to.be.an('array');
    expect(say('SUBSCRIBE', ...channels.slice(fit))).to.match(/^-BUSY .* of 262144 bytes together/);
  });

  it('wait until the events of other replicas come through', async () => {
    feed.cutOff();
    const answer = run('SUBSCRIBE', 'file:a');
    feed.catchUp();
    expect(plain(await answer)).to.deep.equal([['subscribe', 'file:a', 1]]);
  });

  it('are unavailable where those do not', async () => {
    feed.cutOff();
    const answer = run('PSUBSCRIBE', '*');
    await clock.advance(CATCH_UP_MS);
    expect(plain(await answer)).to.match(/^-UNAVAILABLE .*nothing was subscribed/);
    expect(handle.subscriptions.count).to.equal(0);
  });
});
