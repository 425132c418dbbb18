import { DEFAULT_KEY_PREFIX } from '../../redis/key-prefix.js';
import { PROVISIONAL_MS } from '../model.js';

export interface RedisLockTableSettings {
  /** Unique to this process: hand-offs to its waiting requests are published under this name. */
  readonly replicaId: string;
  /** What every key and channel begins with; without braces. Default `candado:`. */
  readonly keyPrefix?: string;
  /** How long a grant may stay unconfirmed, in milliseconds. Default {@link PROVISIONAL_MS}. */
  readonly provisionalMs?: number;
}

/** What the table in Redis may be told by configuration. */
export class RedisLockTableOptions {
  readonly replicaId: string;
  readonly keyPrefix: string;
  readonly provisionalMs: number;

  constructor(settings: RedisLockTableSettings) {
    this.replicaId = settings.replicaId;
    this.keyPrefix = settings.keyPrefix ?? DEFAULT_KEY_PREFIX;
    this.provisionalMs = settings.provisionalMs ?? PROVISIONAL_MS;
  }
}
