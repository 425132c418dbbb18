import type { ChangeEvent } from './event-feed.js';

/** What somebody is subscribed to, in the order in which it was asked for. */
export class Subscriptions {
  /** Made when they are needed: most connections subscribe to nothing. */
  #channels: Set<string> | undefined;
  #patterns: Set<string> | undefined;

  get channels(): Set<string> {
    this.#channels ??= new Set();
    return this.#channels;
  }

  get patterns(): Set<string> {
    this.#patterns ??= new Set();
    return this.#patterns;
  }

  get count(): number {
    return (this.#channels?.size ?? 0) + (this.#patterns?.size ?? 0);
  }
}

/** Somebody who is told of events. */
export interface Subscriber {
  /** Changed by {@link Subscribers} only. */
  readonly subscriptions: Subscriptions;
  /**
   * Must neither throw nor do anything that could publish an event: who publishes this one may be
   * in the middle of a change.
   * @param pattern the one that matched; undefined where the topic itself is subscribed
   */
  tell(event: ChangeEvent, pattern: string | undefined): void;
}
