import { expect } from 'chai';
import type { ChangeEvent } from '../../src/events/event-feed.js';
import { CATCH_UP_MS } from '../../src/events/limits.js';
import { type Subscriber, Subscriptions } from '../../src/events/subscriber.js';
import { Subscribers } from '../../src/events/subscribers.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { FakeEventFeed } from '../support/fake-event-feed.js';
import { RecordingSubscriptionObserver } from '../support/recording-subscription-observer.js';

class Ear implements Subscriber {
  readonly subscriptions = new Subscriptions();
  readonly heard: string[] = [];

  tell({ topic, message }: ChangeEvent, pattern: string | undefined): void {
    this.heard.push([pattern ?? '-', topic, message].join(' '));
  }
}

describe('Subscribers', () => {
  let feed: FakeEventFeed;
  let observer: RecordingSubscriptionObserver;
  let clock: FakeClock;
  let subscribers: Subscribers;
  let one: Ear;
  let other: Ear;

  beforeEach(() => {
    feed = new FakeEventFeed();
    observer = new RecordingSubscriptionObserver();
    clock = new FakeClock();
    subscribers = new Subscribers(feed, observer, clock);
    one = new Ear();
    other = new Ear();
  });

  const publish = (topic: string): void => feed.publish({ topic, message: '{}' });

  it('are told of their channels, and of what their patterns match, once for each', () => {
    subscribers.subscribe(one, 'file:a');
    subscribers.subscribePattern(one, '*:a');
    subscribers.subscribePattern(one, 'file:*');
    subscribers.subscribePattern(other, 'file:*');
    for (const topic of ['file:a', 'file:b', 'lock:b']) publish(topic);
    expect(one.heard).to.deep.equal([
      '- file:a {}',
      '*:a file:a {}',
      'file:* file:a {}',
      'file:* file:b {}',
    ]);
    expect(other.heard).to.deep.equal(['file:* file:a {}', 'file:* file:b {}']);
    expect(observer.messages).to.equal(6);
  });

  it('are subscribed once to what they asked for twice', () => {
    for (let times = 0; times < 2; times++) {
      subscribers.subscribe(one, 'file:a');
      subscribers.subscribePattern(one, 'file:*');
    }
    expect(one.subscriptions.count).to.equal(2);
    expect(observer.subscriptions).to.equal(2);
    publish('file:a');
    expect(one.heard).to.have.length(2);
  });

  it('hear nothing more of what they left, and others go on', () => {
    for (const ear of [one, other]) {
      subscribers.subscribe(ear, 'file:a');
      subscribers.subscribePattern(ear, '*');
    }
    subscribers.unsubscribe(one, 'file:a');
    subscribers.unsubscribe(one, 'file:a');
    publish('file:a');
    subscribers.unsubscribePattern(one, '*');
    subscribers.unsubscribePattern(one, '*');
    publish('file:a');
    expect(one.heard).to.deep.equal(['* file:a {}']);
    expect(other.heard).to.have.length(4);
    expect(observer.subscriptions).to.equal(2);
  });

  it('leave everything at once', () => {
    subscribers.subscribe(one, 'file:a');
    subscribers.subscribe(one, 'lock:a');
    subscribers.subscribePattern(one, '*');
    subscribers.subscribe(other, 'file:a');
    subscribers.leave(one);
    publish('file:a');
    expect([one.heard, one.subscriptions.count]).to.deep.equal([[], 0]);
    expect(other.heard).to.have.length(1);
    expect([observer.subscriptions, observer.closed]).to.deep.equal([1, 0]);
    subscribers.drop(other);
    expect([observer.subscriptions, observer.closed]).to.deep.equal([0, 1]);
  });

  it('may leave while they are told', () => {
    one.tell = () => subscribers.leave(other);
    subscribers.subscribe(one, 'file:a');
    subscribers.subscribe(other, 'file:a');
    subscribers.subscribePattern(other, '*');
    publish('file:a');
    expect(other.heard).to.deep.equal([]);
  });

  it('keep the feed busy only while there are any', () => {
    expect(feed.listeners).to.equal(0);
    subscribers.subscribe(one, 'file:a');
    subscribers.subscribePattern(other, '*');
    expect(feed.listeners).to.equal(1);
    subscribers.leave(one);
    expect(feed.listeners).to.equal(1);
    subscribers.leave(other);
    expect(feed.listeners).to.equal(0);
  });

  describe('who begin while the events of others do not come through', () => {
    const subscribe = (
      signal = new AbortController().signal,
    ): string | Promise<string | undefined> =>
      subscribers.whenHearing(() => {
        subscribers.subscribe(one, 'file:a');
        return 'subscribed';
      }, signal);

    beforeEach(() => feed.cutOff());

    it('are subscribed once they do', async () => {
      const subscribed = subscribe();
      await clock.advance(CATCH_UP_MS - 1);
      expect([one.subscriptions.count, feed.listeners]).to.deep.equal([0, 1]);
      feed.catchUp();
      expect(await subscribed).to.equal('subscribed');
      publish('file:a');
      expect(one.heard).to.have.length(1);
      expect([clock.pendingTimers, feed.listeners]).to.deep.equal([0, 1]);
    });

    it('are not subscribed where that takes too long, nor later', async () => {
      const subscribed = subscribe();
      await clock.advance(CATCH_UP_MS);
      expect(await subscribed).to.equal(undefined);
      feed.catchUp();
      await settle();
      expect([one.subscriptions.count, feed.listeners]).to.deep.equal([0, 0]);
    });

    it('are not subscribed when they are gone, before or meanwhile', async () => {
      const gone = new AbortController();
      const subscribed = [subscribe(gone.signal)];
      gone.abort();
      subscribed.push(subscribe(gone.signal));
      expect(await Promise.all(subscribed)).to.deep.equal([undefined, undefined]);
      expect([clock.pendingTimers, feed.listeners]).to.deep.equal([0, 0]);
    });
  });

  it('are subscribed at once while events come through', () => {
    const answer = subscribers.whenHearing(
      () => subscribers.subscribe(one, 'file:a'),
      new AbortController().signal,
    );
    expect(answer).to.equal(undefined);
    publish('file:a');
    expect(one.heard).to.have.length(1);
    expect(feed.listeners).to.equal(1);
  });
});
