import type { Log } from '../telemetry/log.js';
import type { RedisConnection } from './redis-connection.js';

export type MessageListener = (text: string) => void;

/** The channels that this process listens to, on one connection, whenever it is there. */
export class Subscriptions {
  readonly #listeners = new Map<string, Set<MessageListener>>();
  /** Channels that Redis sends to the connection as it is now. */
  readonly #heard = new Set<string>();

  /** @param caughtUp told whenever all channels are heard that were not all heard before */
  constructor(
    private readonly connection: RedisConnection,
    private readonly log: Log,
    private readonly caughtUp: () => void,
  ) {
    connection.client.on('message', (channel: string, text: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(text);
    });
    connection.client.on('close', () => this.#heard.clear());
  }

  /** Whether every message comes through, as far as is known. */
  get complete(): boolean {
    return this.connection.up && this.#missing().length === 0;
  }

  /** @returns ends it */
  add(channel: string, listener: MessageListener): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    listeners.add(listener);
    void this.restore();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#leave(channel);
    };
  }

  /** Subscribes to what is not heard; to be called when the connection comes up, and now and then. */
  async restore(): Promise<void> {
    const missing = this.#missing();
    if (!this.connection.up || missing.length === 0) return;
    try {
      await this.connection.client.subscribe(...missing);
    } catch (error) {
      // Where the connection was lost it says so itself.
      if (this.connection.up) {
        const { message: reason } = error as Error;
        this.log.error('redis.subscribe-failed', 'Redis refuses to send messages', { reason });
      }
      return;
    }
    const before = this.#missing().length;
    for (const channel of missing) if (this.#listeners.has(channel)) this.#heard.add(channel);
    if (before > 0 && this.complete) this.caughtUp();
  }

  #missing(): string[] {
    return [...this.#listeners.keys()].filter((channel) => !this.#heard.has(channel));
  }

  #leave(channel: string): void {
    this.#listeners.delete(channel);
    this.#heard.delete(channel);
    if (this.connection.up) this.connection.client.unsubscribe(channel).catch(() => undefined);
  }
}
