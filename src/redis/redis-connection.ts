import type { Socket } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../telemetry/log.js';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** So that many replicas do not come back in the same millisecond. */
const RETRY_JITTER_MS = 100;

/** A TLS handshake over a long way needs longer than a command does. */
const CONNECT_TIMEOUT_MS = 5_000;

const OPEN_STATES: readonly string[] = ['connecting', 'connect', 'ready'];

export type ConnectionRole = 'commands' | 'confirmations' | 'messages';

export interface ConnectionWatch {
  readonly role: ConnectionRole;
  /** Where there are several: which one. */
  readonly server?: string;
  readonly log: Log;
  /** Told of each change, and of the first failure to connect. */
  readonly changed: (up: boolean) => void;
}

/**
 * One connection to Redis, which comes back by itself.
 *
 * Nothing is queued while it is down and nothing is sent twice, so that no script runs long after
 * its caller was told that it failed.
 */
export class RedisConnection {
  readonly client: Redis;
  #up: boolean | undefined;
  readonly #tried = Promise.withResolvers<void>();
  #closing = false;
  /** The message alone: the error itself carries what was sent, a password maybe. */
  #reason: string | undefined;

  /** @param target where to connect to, and how to sign in there */
  constructor(
    target: RedisOptions,
    timeoutMs: number,
    private readonly watch: ConnectionWatch,
  ) {
    this.client = new Redis({
      ...target,
      // RESP2: its replies are the same on every server that may stand there.
      protocol: 2,
      replyMapping: 'legacy',
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
      // A master that became a replica; behind its name, or by the sentinels, there is another one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.client.on('ready', () => this.#set(true));
    this.client.on('close', () => this.#set(false));
    this.client.on('error', (error: Error) => {
      this.#reason = error.message || error.name;
      this.#hearLaterErrors();
      // Where no sentinel answers there is no connection yet that could close.
      if (this.#up === undefined) this.#set(false);
    });
  }

  get up(): boolean {
    return this.#up === true && this.client.status === 'ready';
  }

  /** Resolves when the first attempt to connect succeeded or failed. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  /** Ends the connection, for one that may be somewhere else. */
  reconnect(): void {
    this.#hearLaterErrors();
    this.client.disconnect(true);
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
    this.#hearLaterErrors();
    this.client.disconnect();
    this.#tried.resolve();
    await ended;
  }

  /**
   * ioredis listens to the first error of a socket only, but a TLS socket that is ended amid its
   * handshake may tell of a second one, which would end the process.
   */
  #hearLaterErrors(): void {
    const stream: Socket | undefined = this.client.stream;
    if (stream === undefined || stream.listeners('error').includes(heard)) return;
    stream.on('error', heard);
  }

  #set(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    this.#tried.resolve();
    const { role: connection, server, log, changed } = this.watch;
    const about = { connection, ...(server === undefined ? {} : { server }) };
    if (up) {
      log.info('redis.up', 'Redis is there', about);
    } else if (!this.#closing) {
      log.error('redis.down', 'Redis cannot be reached; trying again until it can', {
        ...about,
        reason: this.#reason,
      });
    }
    this.#reason = undefined;
    changed(up);
  }
}

/** The first error told the reason already. */
function heard(): void {}
