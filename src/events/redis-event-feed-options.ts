import { DEFAULT_KEY_PREFIX } from '../redis/key-prefix.js';

export class RedisEventFeedOptions {
  /** @param keyPrefix the lock table's: its scripts publish on the same channel */
  constructor(readonly keyPrefix: string = DEFAULT_KEY_PREFIX) {}
}
