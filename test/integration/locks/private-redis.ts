import { Redis } from 'ioredis';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { docker } from '../support/docker.js';
import { freePort } from '../support/free-port.js';
import { REDIS_IMAGE } from '../support/images.js';
import { uniqueName } from '../support/test-run.js';

/** A Redis of one suite's own, which may be emptied, frozen and restarted; its address stays. */
export class PrivateRedis {
  #container: StartedTestContainer | undefined;

  private constructor(private readonly port: number) {}

  /** An address where nothing answers until {@link start}. */
  static async reserve(): Promise<PrivateRedis> {
    return new PrivateRedis(await freePort());
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get id(): string {
    if (this.#container === undefined) throw new Error('this Redis is not started');
    return this.#container.getId();
  }

  async start(args: readonly string[] = []): Promise<this> {
    this.#container = await new GenericContainer(REDIS_IMAGE)
      .withName(uniqueName('redis'))
      .withCommand(['redis-server', "--save ''", ...args])
      .withExposedPorts({ container: 6379, host: this.port })
      .withWaitStrategy(Wait.forSuccessfulCommand('redis-cli ping | grep -q PONG'))
      .start();
    return this;
  }

  /** Everything it knew is gone after that, for nothing is saved. */
  async restart(): Promise<void> {
    await docker(['restart', '--time', '1', this.id]);
  }

  /** Runs commands on a connection of their own. */
  async administer<T>(run: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true, protocol: 2 });
    await redis.connect();
    try {
      return await run(redis);
    } finally {
      redis.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.#container?.stop();
  }
}
