import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { type ChangeEvent, EventFeed } from './event-feed.js';
import { CATCH_UP_MS } from './limits.js';
import type { Subscriber } from './subscriber.js';
import { SubscriptionObserver } from './subscription-observer.js';
import { topicPattern } from './topic-pattern.js';

interface Pattern {
  readonly matches: (topic: readonly string[]) => boolean;
  readonly subscribers: Set<Subscriber>;
}

/**
 * Who is subscribed to what on this replica. An event costs as much as it has subscribers, and one
 * look at each pattern that somebody has. The feed is listened to only while there is anybody.
 */
@injectable()
export class Subscribers {
  readonly #channels = new Map<string, Set<Subscriber>>();
  readonly #patterns = new Map<string, Pattern>();
  /** Subscriptions, and those who are about to subscribe. */
  #reasonsToListen = 0;
  #stopListening: (() => void) | undefined;

  constructor(
    private readonly feed: EventFeed,
    private readonly observer: SubscriptionObserver,
    private readonly clock: Clock,
  ) {}

  /**
   * Subscribes by `subscribe` when nothing can be missed any more that happens on any replica; at
   * once where that is so already.
   * @param signal ends the waiting
   * @returns undefined if that took too long, and nothing was done
   */
  whenHearing<T>(subscribe: () => T, signal: AbortSignal): T | Promise<T | undefined> {
    this.#listenMore(1);
    if (!this.feed.hearing) return this.#onceHearing(subscribe, signal);
    try {
      return subscribe();
    } finally {
      this.#listenMore(-1);
    }
  }

  subscribe(subscriber: Subscriber, channel: string): void {
    if (!added(subscriber.subscriptions.channels, channel)) return;
    const subscribers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscribers.add(subscriber));
    this.#changed(1);
  }

  unsubscribe(subscriber: Subscriber, channel: string): void {
    if (!subscriber.subscriptions.channels.delete(channel)) return;
    const subscribers = this.#channels.get(channel);
    subscribers?.delete(subscriber);
    if (subscribers?.size === 0) this.#channels.delete(channel);
    this.#changed(-1);
  }

  subscribePattern(subscriber: Subscriber, pattern: string): void {
    if (!added(subscriber.subscriptions.patterns, pattern)) return;
    const entry = this.#patterns.get(pattern) ?? {
      matches: topicPattern(pattern),
      subscribers: new Set(),
    };
    this.#patterns.set(pattern, entry);
    entry.subscribers.add(subscriber);
    this.#changed(1);
  }

  unsubscribePattern(subscriber: Subscriber, pattern: string): void {
    if (!subscriber.subscriptions.patterns.delete(pattern)) return;
    const entry = this.#patterns.get(pattern);
    entry?.subscribers.delete(subscriber);
    if (entry?.subscribers.size === 0) this.#patterns.delete(pattern);
    this.#changed(-1);
  }

  /** Ends everything that `subscriber` is subscribed to. */
  leave(subscriber: Subscriber): void {
    const { channels, patterns } = subscriber.subscriptions;
    for (const channel of channels) this.unsubscribe(subscriber, channel);
    for (const pattern of patterns) this.unsubscribePattern(subscriber, pattern);
  }

  /** The same, for one that does not keep up. */
  drop(subscriber: Subscriber): void {
    this.leave(subscriber);
    this.observer.dropped();
  }

  async #onceHearing<T>(subscribe: () => T, signal: AbortSignal): Promise<T | undefined> {
    const inTime = Promise.withResolvers<boolean>();
    const giveUp = (): void => inTime.resolve(false);
    const cancelTimer = this.clock.after(CATCH_UP_MS, giveUp);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    void this.feed.caughtUp().then(() => inTime.resolve(true));
    try {
      return (await inTime.promise) ? subscribe() : undefined;
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', giveUp);
      this.#listenMore(-1);
    }
  }

  #changed(by: 1 | -1): void {
    this.observer.changed(by);
    this.#listenMore(by);
  }

  #listenMore(by: 1 | -1): void {
    this.#reasonsToListen += by;
    if (this.#reasonsToListen === 0) {
      this.#stopListening?.();
      this.#stopListening = undefined;
    } else {
      this.#stopListening ??= this.feed.listen((event) => this.#deliver(event));
    }
  }

  #deliver(event: ChangeEvent): void {
    for (const subscriber of this.#channels.get(event.topic) ?? []) {
      this.#tell(subscriber, event, undefined);
    }
    if (this.#patterns.size === 0) return;
    const topic = [...event.topic];
    for (const [pattern, { matches, subscribers }] of this.#patterns) {
      if (!matches(topic)) continue;
      for (const subscriber of subscribers) this.#tell(subscriber, event, pattern);
    }
  }

  #tell(subscriber: Subscriber, event: ChangeEvent, pattern: string | undefined): void {
    subscriber.tell(event, pattern);
    this.observer.told();
  }
}

function added(set: Set<string>, item: string): boolean {
  const before = set.size;
  return set.add(item).size > before;
}
