import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { type RedisAccess, serverOptions } from '../redis-access.js';
import { addressText, type ServerAddress } from '../url/servers.js';

/** How long a connection that was ended may take to close, in milliseconds, before it is cut. */
const CLOSE_MS = 2_000;

/**
 * A connection to any one server of a cluster, to another with each try: a message published on one
 * reaches the subscribers of all.
 */
export class Roaming {
  readonly #access: RedisAccess;
  #servers: readonly ServerAddress[];
  #next: number;
  #current: string | undefined;

  constructor(access: RedisAccess, seeds: readonly ServerAddress[]) {
    this.#access = access;
    this.#servers = seeds;
    // So that not all replicas of a service crowd on the same one.
    this.#next = Math.floor(Math.random() * seeds.length);
  }

  /** For a connection that roams. */
  get options(): RedisOptions {
    const connect = (): Socket => this.#connect();
    return {
      ...this.#access.credentials,
      ...(this.#access.tls === undefined ? {} : { tls: this.#access.tls }),
      Connector: class extends AbstractConnector {
        constructor() {
          super(CLOSE_MS);
        }

        override async connect(): Promise<Socket> {
          this.stream = connect();
          this.stream.once('error', (error) => {
            this.firstError = error;
          });
          return this.stream;
        }
      },
    };
  }

  /**
   * Takes note of all servers there are.
   * @returns whether the one that is connected to is not among them: it gets no messages any more
   */
  learn(servers: ReadonlyMap<string, ServerAddress>): boolean {
    this.#servers = [...servers.values()];
    return this.#current !== undefined && !servers.has(this.#current);
  }

  #connect(): Socket {
    this.#next = (this.#next + 1) % this.#servers.length;
    const server = this.#servers[this.#next];
    if (server === undefined) throw new RangeError('a cluster has no server');
    this.#current = addressText(server);
    const { host = '', port = 0, tls } = serverOptions(this.#access, server);
    return tls === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...tls });
  }
}
