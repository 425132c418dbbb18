import type { Redis } from 'ioredis';
import { redisClient, refusal } from '../../support/redis-client.js';

/** Clients that do everything that has a metric, over and over, until disposed of. */
export class Load implements AsyncDisposable {
  readonly #clients: Redis[] = [];
  readonly #working: Promise<void>;
  #stopping = false;
  #failure: unknown;

  private constructor(host: string, port: number, clients: number) {
    for (let index = 0; index < clients; index++) this.#clients.push(redisClient(host, port));
    const work = this.#clients.map((client, index) => this.#repeat(client, index));
    this.#working = Promise.all(work).then(() => undefined);
  }

  static async start(port: number, clients: number): Promise<Load> {
    const load = new Load('127.0.0.1', port, clients);
    await Promise.all(load.#clients.map((client) => client.ping()));
    return load;
  }

  /** @throws what a client failed with, so that nobody waits for a load that has ended */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    await this.#working;
    for (const client of this.#clients) client.disconnect();
    this.check();
  }

  async #repeat(client: Redis, index: number): Promise<void> {
    try {
      while (!this.#stopping) await this.#round(client, `load-${index}.txt`);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  async #round(client: Redis, own: string): Promise<void> {
    await client.call('TIME');
    await client.call('LOCK', 'load.txt', 'WAIT', '30000');
    await client.call('GET', 'load.txt');
    await client.call('PUT', 'load.txt', 'content');
    await client.call('LOCK', own, 'TTL', '100');
    await refusal(client.call('PUT', own, 'content', 'VERSION', '4711'));
    await client.call('UNLOCK', own);
  }
}
