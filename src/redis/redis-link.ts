import { injectable } from 'inversify';
import type { Redis } from 'ioredis';
import { Clock } from '../clock/clock.js';
import { Log } from '../telemetry/log.js';
import { type Connections, makeConnections } from './connections.js';
import { type CopiedReply, CopiedWrites } from './copied-writes.js';
import { Heartbeat } from './heartbeat.js';
import { RedisLinkOptions } from './options.js';
import { ReplicaMessages } from './replica-messages.js';
import { type ScriptArgument, ScriptBook, type ScriptDefinition } from './script-book.js';
import { Subscriptions } from './subscriptions.js';

export { RedisLinkOptions } from './options.js';

/**
 * How much of the time-out replicas of Redis have to confirm a write. What comes while others wait
 * for them waits twice that, and is still answered in time.
 */
const SHARE_OF_TIMEOUT = 0.4;

/**
 * The way to Redis that everything in one process shares: one connection for commands, one that
 * messages arrive on.
 *
 * A command fails with {@link NotConnected} where it was not sent; with ioredis's `ReplyError` where
 * Redis refused it, which changed nothing; with any other error where its outcome is unknown.
 */
@injectable()
export class RedisLink extends ReplicaMessages {
  readonly #connections: Connections;
  readonly #subscriptions: Subscriptions;
  readonly #scripts = new ScriptBook();
  readonly #copied = new WeakMap<Redis, CopiedWrites>();
  readonly #changeListeners = new Set<(up: boolean) => void>();
  readonly #caughtUpListeners = new Set<() => void>();
  readonly #firstUp = Promise.withResolvers<void>();
  readonly #firstConfirming = Promise.withResolvers<void>();
  readonly #heartbeat: Heartbeat;

  /** @throws {InvalidRedisUrl}, {InvalidAuthorities} */
  constructor(
    private readonly options: RedisLinkOptions,
    private readonly clock: Clock,
    log: Log,
  ) {
    super();
    this.#connections = makeConnections(options, clock, log, {
      commandsChanged: (up) => this.#changed(up),
      confirmationsChanged: (up) => {
        if (up) this.#firstConfirming.resolve();
      },
      messagesChanged: (up) => {
        if (up) void this.#subscriptions.restore();
      },
    });
    this.#subscriptions = new Subscriptions(this.#connections.messages, log, () => {
      for (const listener of this.#caughtUpListeners) listener();
    });
    this.#heartbeat = new Heartbeat(clock, () => this.#beat());
  }

  /** Whether commands can be sent now, as far as is known. */
  get up(): boolean {
    return this.#connections.commands.up;
  }

  override get hears(): boolean {
    return this.#subscriptions.complete;
  }

  /** Returns once Redis is there, or after the time-out: then it is connected to later. */
  async open(): Promise<void> {
    const { commands, confirmations, messages } = this.#connections;
    commands.open();
    confirmations?.open();
    messages.open();
    this.#heartbeat.start();
    if (confirmations === undefined) this.#firstConfirming.resolve();
    const late = Promise.withResolvers<void>();
    const cancelTimer = this.clock.after(this.options.timeoutMs, late.resolve);
    await Promise.race([
      Promise.all([this.#firstUp.promise, this.#firstConfirming.promise]),
      late.promise,
    ]);
    cancelTimer();
  }

  async close(): Promise<void> {
    this.#heartbeat.stop();
    const { commands, confirmations, messages } = this.#connections;
    await Promise.all([commands.close(), confirmations?.close(), messages.close()]);
  }

  /**
   * Told of each change of {@link up}, and of the first failure to connect.
   * @returns ends it
   */
  onChange(listener: (up: boolean) => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }

  override onCaughtUp(listener: () => void): () => void {
    this.#caughtUpListeners.add(listener);
    return () => void this.#caughtUpListeners.delete(listener);
  }

  override publish(channel: string, text: string): void {
    this.sendToAny((client) => client.publish(channel, text)).catch(() => undefined);
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

  /**
   * The same for a write that counts only once {@link minReplicas} replicas of Redis have it, too;
   * says how many do. Where none must, they are not asked.
   */
  async callCopied(
    name: string,
    key: string,
    args: readonly ScriptArgument[],
  ): Promise<CopiedReply> {
    const { confirmations } = this.#connections;
    if (confirmations === undefined) {
      return { reply: await this.call(name, key, args), replicas: 0 };
    }
    return await confirmations.send(key, (client) =>
      this.#copiedWrites(client).run(() => this.#scripts.call(client, name, args)),
    );
  }

  /** How many replicas of Redis must have a grant before it is told. */
  get minReplicas(): number {
    return this.options.minReplicas;
  }

  /** Runs a command, just one, on the server that has `key`. */
  async send<T>(key: string, command: (client: Redis) => Promise<T>): Promise<T> {
    return await this.#connections.commands.send(key, command);
  }

  /** Runs a command that any server can, mostly the same one. */
  async sendToAny<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    return await this.#connections.commands.sendToAny(command);
  }

  /** Every server that has keys, for what is asked of each. */
  get masters(): readonly Redis[] {
    return this.#connections.commands.masters;
  }

  /** Keys of the same group lie in one slot, so that one script may be given them. */
  groupOf(key: string): string {
    return this.#connections.commands.groupOf(key);
  }

  /** Names of keys that begin with `base`, one on each server. */
  keyOnEach(base: string): readonly string[] {
    return this.#connections.commands.keyOnEach(base);
  }

  #changed(up: boolean): void {
    if (up) this.#firstUp.resolve();
    for (const listener of this.#changeListeners) listener(up);
  }

  #copiedWrites(client: Redis): CopiedWrites {
    const { minReplicas, timeoutMs } = this.options;
    const known = this.#copied.get(client);
    const made =
      known ?? new CopiedWrites(client, minReplicas, Math.ceil(timeoutMs * SHARE_OF_TIMEOUT));
    this.#copied.set(client, made);
    return made;
  }

  /** Connections that are dead without a word are noticed, and refused subscriptions tried again. */
  async #beat(): Promise<void> {
    const { commands, confirmations, messages } = this.#connections;
    await Promise.all([
      commands.upkeep(),
      confirmations?.upkeep(),
      messages.up ? messages.client.ping().catch(() => undefined) : undefined,
    ]);
    await this.#subscriptions.restore();
  }
}
