import { injectable } from 'inversify';
import type { Redis } from 'ioredis';
import { Clock } from '../clock/clock.js';
import { Log } from '../telemetry/log.js';
import { Heartbeat } from './heartbeat.js';
import { OneServer } from './one-server.js';
import { RedisLinkOptions } from './options.js';
import { RedisConnection } from './redis-connection.js';
import { ReplicaMessages } from './replica-messages.js';
import { type ScriptArgument, ScriptBook, type ScriptDefinition } from './script-book.js';
import { warnOfEviction } from './server-check.js';
import type { Servers } from './servers.js';
import { Subscriptions } from './subscriptions.js';

export { RedisLinkOptions } from './options.js';

/**
 * The way to Redis that everything in one process shares: one connection for commands, one that
 * messages arrive on.
 *
 * A command fails with {@link NotConnected} where it was not sent; with ioredis's `ReplyError` where
 * Redis refused it, which changed nothing; with any other error where its outcome is unknown.
 */
@injectable()
export class RedisLink extends ReplicaMessages {
  readonly #servers: Servers;
  readonly #messages: RedisConnection;
  readonly #subscriptions: Subscriptions;
  readonly #scripts = new ScriptBook();
  readonly #changeListeners = new Set<(up: boolean) => void>();
  readonly #caughtUpListeners = new Set<() => void>();
  readonly #firstUp = Promise.withResolvers<void>();
  readonly #heartbeat: Heartbeat;

  /** @throws {InvalidRedisUrl} */
  constructor(
    private readonly options: RedisLinkOptions,
    private readonly clock: Clock,
    log: Log,
  ) {
    super();
    const { url, timeoutMs } = options;
    const commands = new RedisConnection(url, timeoutMs, 'commands', log, (up) => {
      if (up) void warnOfEviction(commands.client, log);
      this.#changed(up);
    });
    this.#servers = new OneServer(commands);
    this.#messages = new RedisConnection(url, timeoutMs, 'messages', log, (up) => {
      if (up) void this.#subscriptions.restore();
    });
    this.#subscriptions = new Subscriptions(this.#messages, log, () => {
      for (const listener of this.#caughtUpListeners) listener();
    });
    this.#heartbeat = new Heartbeat(clock, () => this.#beat());
  }

  /** Whether commands can be sent now, as far as is known. */
  get up(): boolean {
    return this.#servers.up;
  }

  /** Whether every message on the channels that are subscribed to comes through. */
  get hears(): boolean {
    return this.#subscriptions.complete;
  }

  /** Returns once Redis is there, or after the time-out: then it is connected to later. */
  async open(): Promise<void> {
    this.#servers.open();
    this.#messages.open();
    this.#heartbeat.start();
    const cancelTimer = this.clock.after(this.options.timeoutMs, this.#firstUp.resolve);
    await this.#firstUp.promise;
    cancelTimer();
  }

  async close(): Promise<void> {
    this.#heartbeat.stop();
    await Promise.all([this.#servers.close(), this.#messages.close()]);
  }

  /**
   * Told of each change of {@link up}, and of the first failure to connect.
   * @returns ends it
   */
  onChange(listener: (up: boolean) => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }

  /**
   * Told when messages come through again, or for the first time: some may have been missed.
   * @returns ends it
   */
  onCaughtUp(listener: () => void): () => void {
    this.#caughtUpListeners.add(listener);
    return () => void this.#caughtUpListeners.delete(listener);
  }

  override publish(channel: string, text: string): void {
    this.send(channel, (client) => client.publish(channel, text)).catch(() => undefined);
  }

  override subscribe(channel: string, listener: (text: string) => void): () => void {
    return this.#subscriptions.add(channel, listener);
  }

  /** Makes a script known under a name, which nobody else may use. */
  define(name: string, script: ScriptDefinition): void {
    this.#scripts.define(name, script);
  }

  /** Runs a script that was defined, on the server that has `key`, one of its keys. */
  async call(name: string, key: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return await this.send(key, (client) => this.#scripts.call(client, name, args));
  }

  /** Runs a command, just one, on the server that has `key`. */
  async send<T>(key: string, command: (client: Redis) => Promise<T>): Promise<T> {
    return await this.#servers.send(key, command);
  }

  /** Every server that has keys, for what is asked of each. */
  get masters(): readonly Redis[] {
    return this.#servers.masters;
  }

  /** Keys of the same group lie in one slot, so that one script may be given them. */
  groupOf(key: string): string {
    return this.#servers.groupOf(key);
  }

  /** Names of keys that begin with `base`, one on each server. */
  keyOnEach(base: string): readonly string[] {
    return this.#servers.keyOnEach(base);
  }

  #changed(up: boolean): void {
    if (up) this.#firstUp.resolve();
    for (const listener of this.#changeListeners) listener(up);
  }

  /** A connection that is dead without a word is noticed, and a refused subscription tried again. */
  async #beat(): Promise<void> {
    if (!this.#messages.up) return;
    await this.#messages.client.ping().catch(() => undefined);
    await this.#subscriptions.restore();
  }
}
