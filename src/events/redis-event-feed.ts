import { injectable } from 'inversify';
import { z } from 'zod';
import { ReplicaMessages } from '../redis/replica-messages.js';
import { Log } from '../telemetry/log.js';
import { type ChangeEvent, EventFeed } from './event-feed.js';
import { RedisEventFeedOptions } from './redis-event-feed-options.js';

/** `["topic","message"]`; the scripts of the lock table write the same. */
const MESSAGE = z.tuple([z.string(), z.string()]);

/** The events of all replicas, on one channel, which is listened to while somebody listens here. */
@injectable()
export class RedisEventFeed extends EventFeed {
  readonly #listeners = new Set<(event: ChangeEvent) => void>();
  readonly #channel: string;
  #unsubscribe: (() => void) | undefined;

  constructor(
    private readonly messages: ReplicaMessages,
    private readonly log: Log,
    { keyPrefix }: RedisEventFeedOptions,
  ) {
    super();
    this.#channel = `${keyPrefix}events`;
  }

  override publish({ topic, message }: ChangeEvent): void {
    this.messages.publish(this.#channel, JSON.stringify([topic, message]));
  }

  override listen(listener: (event: ChangeEvent) => void): () => void {
    const entry = (event: ChangeEvent): void => listener(event);
    this.#listeners.add(entry);
    this.#unsubscribe ??= this.messages.subscribe(this.#channel, (text) => this.#receive(text));
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size > 0) return;
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
    };
  }

  #receive(text: string): void {
    const parsed = MESSAGE.safeParse(parseJson(text));
    if (!parsed.success) {
      this.log.warn('events.unknown-message', 'A message on the channel of events is unknown');
      return;
    }
    const [topic, message] = parsed.data;
    for (const listener of this.#listeners) listener({ topic, message });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
