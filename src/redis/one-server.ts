import type { Redis, RedisOptions } from 'ioredis';
import { NotConnected } from './errors.js';
import { RedisConnection } from './redis-connection.js';
import { Servers, type ServersWatch } from './servers.js';

/** One Redis that has every key; also the one that sentinels call the master. */
export class OneServer extends Servers {
  readonly #connection: RedisConnection;

  constructor(target: RedisOptions, timeoutMs: number, watch: ServersWatch) {
    super();
    this.#connection = new RedisConnection(target, timeoutMs, {
      role: watch.role,
      log: watch.log,
      changed: (up) => {
        if (up) watch.connected?.(this.#connection.client);
        watch.changed(up);
      },
    });
  }

  override open(): void {
    this.#connection.open();
  }

  override async close(): Promise<void> {
    await this.#connection.close();
  }

  override get up(): boolean {
    return this.#connection.up;
  }

  override async send<T>(_key: string, command: (client: Redis) => Promise<T>): Promise<T> {
    return await this.sendToAny(command);
  }

  override async sendToAny<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.up) throw new NotConnected();
    return await command(this.#connection.client);
  }

  override get masters(): readonly Redis[] {
    return [this.#connection.client];
  }

  override groupOf(): string {
    return '';
  }

  override keyOnEach(base: string): readonly string[] {
    return [base];
  }

  override async upkeep(): Promise<void> {
    if (this.up) await this.#connection.client.ping().catch(() => undefined);
  }
}
