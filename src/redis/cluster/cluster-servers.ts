import type { Redis } from 'ioredis';
import type { CancelTimer, Clock } from '../../clock/clock.js';
import { NotConnected } from '../errors.js';
import { type RedisAccess, serverOptions } from '../redis-access.js';
import { RedisConnection } from '../redis-connection.js';
import { Servers, type ServersWatch } from '../servers.js';
import { addressText, type ServerAddress } from '../url/servers.js';
import { readRefusal } from './refusal.js';
import { slotOf } from './slot.js';
import { Topology } from './topology.js';

/** While a server is away: how often the others are asked who has its slots, in milliseconds. */
const ASK_AGAIN_MS = 500;

/** Between two tries while a slot is on its way from one server to another, in milliseconds. */
const TRY_AGAIN_MS = 20;

/** A command that is sent on more often goes round in a circle of servers that disagree. */
const MAX_REDIRECTIONS = 3;

export interface ClusterWatch extends ServersWatch {
  /** Told whenever the servers said who they are. */
  readonly learned?: (topology: Topology) => void;
}

/**
 * The masters of a cluster, one connection each. (ioredis has a client for clusters, too; but it
 * queues commands for servers that it has no connection to, and sends them long after their caller
 * was told that they failed.)
 */
export class ClusterServers extends Servers {
  readonly #connections = new Map<string, RedisConnection>();
  #topology = Topology.unknown();
  #tags: ReadonlyMap<string, string> = new Map();
  #asking = false;
  #cancelAsk: CancelTimer | undefined;
  #reported: boolean | undefined;
  #closed = false;

  constructor(
    private readonly seeds: readonly ServerAddress[],
    private readonly access: RedisAccess,
    private readonly clock: Clock,
    private readonly watch: ClusterWatch,
  ) {
    super();
  }

  override open(): void {
    for (const seed of this.seeds) this.#connect(seed);
  }

  override async close(): Promise<void> {
    this.#closed = true;
    this.#cancelAsk?.();
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }

  override get up(): boolean {
    const masters = [...this.#topology.masters.keys()];
    return masters.length > 0 && masters.every((name) => this.#connections.get(name)?.up === true);
  }

  override async send<T>(key: string, command: (client: Redis) => Promise<T>): Promise<T> {
    const slot = slotOf(key);
    const lastMs = this.clock.monotonicMs() + this.access.timeoutMs;
    let name = this.#topology.ownerOf(slot);
    let ask = false;
    for (let redirections = 0; ; ) {
      const client = await this.#ready(name);
      try {
        if (ask) client.call('ASKING').catch(() => undefined);
        return await command(client);
      } catch (error) {
        const refusal = readRefusal(error, client.options.host ?? '');
        const isLast = this.clock.monotonicMs() >= lastMs || redirections === MAX_REDIRECTIONS;
        this.#askSoon();
        if (refusal === undefined || isLast) throw error;
        ask = refusal.kind === 'ask';
        if (refusal.kind === 'later') {
          await this.#pause(TRY_AGAIN_MS);
          name = this.#topology.ownerOf(slot);
          redirections = 0;
          continue;
        }
        redirections += 1;
        name = addressText(refusal.server);
        this.#connect(refusal.server);
        if (!ask) this.#topology.moved(refusal.slot, name);
      }
    }
  }

  override async sendToAny<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    const connection = this.#inOrder().find(({ up }) => up);
    if (connection === undefined) throw new NotConnected();
    return await command(connection.client);
  }

  override get masters(): readonly Redis[] {
    return this.#inOrder().map(({ client }) => client);
  }

  override groupOf(key: string): string {
    return String(slotOf(key));
  }

  /** @throws {NotConnected} as long as the servers are not known */
  override keyOnEach(base: string): readonly string[] {
    if (this.#tags.size === 0) throw new NotConnected();
    return [...this.#tags.values()].map((tag) => `${base}:{${tag}}`);
  }

  override async upkeep(): Promise<void> {
    const pings = this.#inOrder().map(({ up, client }) => (up ? client.ping() : undefined));
    await Promise.allSettled(pings);
    await this.#ask();
  }

  #inOrder(): RedisConnection[] {
    const names = [...this.#topology.masters.keys()].sort();
    return names.map((name) => this.#connections.get(name)).filter((known) => known !== undefined);
  }

  #connect(address: ServerAddress): void {
    const name = addressText(address);
    if (this.#closed || this.#connections.has(name)) return;
    const { role, log, connected } = this.watch;
    const target = serverOptions(this.access, address);
    const connection = new RedisConnection(target, this.access.timeoutMs, {
      role,
      log,
      server: name,
      changed: (up) => {
        if (this.#connections.get(name) !== connection) return; // given up
        if (up) connected?.(connection.client);
        this.#changed(up);
      },
    });
    this.#connections.set(name, connection);
    connection.open();
  }

  /** A server that was just heard of is waited for until it answers or fails, others are not. */
  async #ready(name: string | undefined): Promise<Redis> {
    const connection = name === undefined ? undefined : this.#connections.get(name);
    if (connection?.up === false) await this.#firstTry(connection);
    if (connection?.up !== true) throw new NotConnected();
    return connection.client;
  }

  async #firstTry(connection: RedisConnection): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancelTimer = this.clock.after(this.access.timeoutMs, resolve);
    await Promise.race([connection.tried, late]);
    cancelTimer();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }

  #changed(up: boolean): void {
    if (this.#closed) return;
    if (!up && ![...this.#connections.values()].some((connection) => connection.up)) {
      for (const seed of this.seeds) this.#connect(seed);
    }
    this.#report(!up);
    if (up) void this.#ask();
    else this.#askSoon();
  }

  #report(failed: boolean): void {
    const { up } = this;
    if (this.#reported === up || (this.#reported === undefined && !up && !failed)) return;
    this.#reported = up;
    this.watch.changed(up);
  }

  #askSoon(): void {
    if (this.#closed || this.#cancelAsk !== undefined) return;
    this.#cancelAsk = this.clock.after(ASK_AGAIN_MS, () => {
      this.#cancelAsk = undefined;
      void this.#ask();
    });
  }

  /** Asks one after the other who has which slots, until one answers. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const connections = [...this.#connections.values()].filter(({ up }) => up);
    // Not always the same first: it may be cut off from the others, and not know better.
    const first = Math.floor(Math.random() * connections.length);
    const inTurn = [...connections.slice(first), ...connections.slice(0, first)];
    try {
      for (const { client } of inTurn) {
        const reply = await client.cluster('SLOTS').catch(() => undefined);
        if (reply === undefined) continue;
        this.#learn(Topology.parse(reply, client.options.host ?? ''));
        break;
      }
    } catch (error) {
      this.watch.log.error('redis.no-cluster', 'Redis says nothing sensible of its cluster', {
        err: error,
      });
    } finally {
      this.#asking = false;
      if (!this.up) this.#askSoon();
    }
  }

  #learn(topology: Topology): void {
    if (this.#closed || topology.masters.size === 0) return;
    this.#topology = topology;
    this.#tags = topology.tags();
    for (const address of topology.masters.values()) this.#connect(address);
    for (const [name, connection] of this.#connections) {
      if (topology.masters.has(name)) continue;
      this.#connections.delete(name);
      void connection.close();
    }
    this.#report(false);
    this.watch.learned?.(topology);
  }
}
