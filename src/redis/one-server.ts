import type { Redis } from 'ioredis';
import { NotConnected } from './errors.js';
import type { RedisConnection } from './redis-connection.js';
import { Servers } from './servers.js';

/** One Redis that has every key. */
export class OneServer extends Servers {
  constructor(private readonly connection: RedisConnection) {
    super();
  }

  override open(): void {
    this.connection.open();
  }

  override async close(): Promise<void> {
    await this.connection.close();
  }

  override get up(): boolean {
    return this.connection.up;
  }

  override async send<T>(_key: string, command: (client: Redis) => Promise<T>): Promise<T> {
    if (!this.connection.up) throw new NotConnected();
    return await command(this.connection.client);
  }

  override get masters(): readonly Redis[] {
    return [this.connection.client];
  }

  override groupOf(): string {
    return '';
  }

  override keyOnEach(base: string): readonly string[] {
    return [base];
  }
}
