import { Redis } from 'ioredis';
import type { Log } from '../telemetry/log.js';
import { parseRedisUrl } from './redis-url.js';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** So that many replicas do not come back in the same millisecond. */
const RETRY_JITTER_MS = 100;

/** A TLS handshake over a long way needs longer than a command does. */
const CONNECT_TIMEOUT_MS = 5_000;

const OPEN_STATES: readonly string[] = ['connecting', 'connect', 'ready'];

export type ConnectionRole = 'commands' | 'messages';

/**
 * One connection to Redis, which comes back by itself. The only place that makes one: Sentinel and
 * Cluster belong here.
 *
 * Nothing is queued while it is down and nothing is sent twice, so that no script runs long after
 * its caller was told that it failed.
 */
export class RedisConnection {
  readonly client: Redis;
  #up: boolean | undefined;
  #closing = false;
  /** The message alone: the error itself carries what was sent, a password maybe. */
  #reason: string | undefined;

  /** @param changed told of each change, and of the first failure to connect */
  constructor(
    url: string,
    timeoutMs: number,
    private readonly role: ConnectionRole,
    private readonly log: Log,
    private readonly changed: (up: boolean) => void,
  ) {
    this.client = new Redis({
      ...parseRedisUrl(url),
      // RESP2: its replies are the same on every server that may stand there.
      protocol: 2,
      lazyConnect: true,
      commandTimeout: timeoutMs,
      // A peer that vanished without a word is given up after the same time, not after minutes.
      socketTimeout: timeoutMs,
      connectTimeout: CONNECT_TIMEOUT_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) =>
        Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LONGEST_RETRY_MS) +
        Math.random() * RETRY_JITTER_MS,
    });
    this.client.on('ready', () => this.#set(true));
    this.client.on('close', () => this.#set(false));
    this.client.on('error', (error: Error) => {
      this.#reason = error.message || error.name;
    });
  }

  get up(): boolean {
    return this.#up === true && this.client.status === 'ready';
  }

  /** Begins to connect and goes on trying; does not wait for it. */
  open(): void {
    this.client.connect().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closing = true;
    // Not events.once(): that fails with the first error, and one may come while this closes.
    const ended = new Promise<void>((resolve) => {
      if (OPEN_STATES.includes(this.client.status)) this.client.once('end', resolve);
      else resolve();
    });
    this.client.disconnect();
    await ended;
  }

  #set(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    if (up) {
      this.log.info('redis.up', 'Redis is there', { connection: this.role });
    } else if (!this.#closing) {
      this.log.error('redis.down', 'Redis cannot be reached; trying again until it can', {
        connection: this.role,
        reason: this.#reason,
      });
    }
    this.#reason = undefined;
    this.changed(up);
  }
}
