import { setTimeout as delay } from 'node:timers/promises';
import { RedisServers } from '../../integration/locks/redis-servers.js';
import { Gate } from './gate.js';

type Side = 0 | 1;

/**
 * A Redis and its follower. Who connects does not find out which is the master, as where a fail-over
 * moves an address: connections break, and the next ones come to the other server.
 */
export class RedisPair implements AsyncDisposable {
  #master: Side = 0;

  private constructor(private readonly servers: RedisServers) {}

  static async start(): Promise<RedisPair> {
    const pair = new RedisPair(await RedisServers.start(2));
    await pair.#serve(0);
    await pair.servers.answers(0);
    await pair.#serve(1, 0);
    await pair.servers.answers(1);
    return pair;
  }

  /** Where the master listens. */
  get port(): number {
    return this.servers.port(this.#master);
  }

  pause(): Promise<void> {
    return this.servers.signal(this.#master, 'STOP');
  }

  resume(): Promise<void> {
    return this.servers.signal(this.#master, 'CONT');
  }

  kill(): Promise<void> {
    return this.servers.kill(this.#master);
  }

  /** After {@link kill}. */
  async startAgain(forgetful: boolean): Promise<void> {
    if (forgetful) await this.#forget(this.#master);
    await this.#serve(this.#master);
    await this.servers.answers(this.#master);
  }

  async empty(): Promise<void> {
    await this.servers.administer(this.#master, (redis) => redis.flushall());
  }

  /**
   * The master is killed, and after a while its follower is the master.
   * @param unheardMs for how long the follower has not heard of writes
   */
  async failOver(unheardMs: number, lastsMs: number, gates: readonly Gate[]): Promise<void> {
    const former = this.#master;
    const next: Side = former === 0 ? 1 : 0;
    await this.servers.signal(next, 'STOP');
    await delay(unheardMs);
    await this.servers.kill(former);
    await this.servers.signal(next, 'CONT');
    await delay(lastsMs);
    await this.servers.administer(next, (redis) => redis.replicaof('NO', 'ONE'));
    this.#master = next;
    for (const gate of gates) gate.breakAll();
    await this.#forget(former);
    await this.#serve(former, next);
    await this.servers.answers(former);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.servers.stop();
  }

  async #serve(side: Side, following?: Side): Promise<void> {
    await this.servers.serve(side, [
      ...['--appendonly', 'yes', '--appenddirname', `aof-${side}`],
      ...(following === undefined
        ? []
        : ['--replicaof', '127.0.0.1', `${this.servers.port(following)}`]),
    ]);
  }

  async #forget(side: Side): Promise<void> {
    await this.servers.run(['rm', '-rf', `/tmp/aof-${side}`]);
  }
}
