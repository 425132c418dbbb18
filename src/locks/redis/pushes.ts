import { z } from 'zod';
import type { Log } from '../../telemetry/log.js';
import type { GrantId } from '../model.js';
import type { LockKeys } from './lock-keys.js';
import type { RedisConnection } from './redis-connection.js';

const MESSAGE = z.union([
  z.tuple([z.literal('granted'), z.string(), z.string(), z.coerce.number().int().positive()]),
  z.tuple([z.literal('ends'), z.string(), z.coerce.number().positive()]),
]);

export interface PushListener {
  granted(name: string, grantId: GrantId, token: number): void;
  endsIn(name: string, endsInMs: number): void;
}

/** The messages that scripts publish to this replica. */
export class Pushes {
  #subscribed = false;

  constructor(
    private readonly connection: RedisConnection,
    private readonly channel: string,
    private readonly keys: LockKeys,
    private readonly listener: PushListener,
    private readonly log: Log,
  ) {
    connection.client.on('message', (_channel: string, message: string) => this.#receive(message));
    connection.client.on('close', () => {
      this.#subscribed = false;
    });
  }

  /** Whether every message comes through, as far as is known. */
  get subscribed(): boolean {
    return this.#subscribed;
  }

  /** @returns whether messages come through now; if not, who waits looks at known ends only */
  async subscribe(): Promise<boolean> {
    try {
      await this.connection.client.subscribe(this.channel);
      this.#subscribed = true;
    } catch (error) {
      if (this.connection.up) {
        const { message: reason } = error as Error;
        this.log.error('redis.subscribe-failed', 'Redis refuses to send messages', { reason });
      }
    }
    return this.#subscribed;
  }

  /** Lets a connection that is dead without a word be noticed; its end says so itself. */
  async ping(): Promise<void> {
    if (this.connection.up) await this.connection.client.ping().catch(() => undefined);
  }

  #receive(text: string): void {
    const message = MESSAGE.safeParse(parseJson(text));
    if (!message.success) {
      this.log.warn('redis.unknown-message', 'A message on the channel of this replica is unknown');
      return;
    }
    const { data } = message;
    const name = this.keys.nameOf(data[1]);
    if (data[0] === 'granted') this.listener.granted(name, data[2] as GrantId, data[3]);
    else this.listener.endsIn(name, data[2]);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
