import { randomUUID } from 'node:crypto';
import { injectable } from 'inversify';
import { RedisLink } from '../../redis/redis-link.js';
import { LockKeys } from './lock-keys.js';
import { RedisLockTableOptions } from './options.js';
import { unavailable } from './script-runner.js';
import { TableEpoch } from './table-epoch.js';

/** One key on each server; servers of a cluster lose their memory one by one. */
@injectable()
export class RedisTableEpoch extends TableEpoch {
  readonly #keys: LockKeys;

  constructor(
    options: RedisLockTableOptions,
    private readonly link: RedisLink,
  ) {
    super();
    this.#keys = new LockKeys(options.keyPrefix);
  }

  override async read(): Promise<string> {
    const mine: string = randomUUID();
    try {
      const epochs = this.link.keyOnEach(this.#keys.epoch).map(async (key) => {
        const known = await this.link.send(key, (client) => client.set(key, mine, 'NX', 'GET'));
        return `${key} ${known ?? mine}`;
      });
      return (await Promise.all(epochs)).join('\n');
    } catch (error) {
      throw unavailable(error);
    }
  }

  override tellChanged(): void {
    this.link.publish(this.#keys.epoch, '');
  }

  override onChanged(listener: () => void): () => void {
    return this.link.subscribe(this.#keys.epoch, listener);
  }
}
