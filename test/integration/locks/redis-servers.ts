import { Redis, type RedisOptions } from 'ioredis';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { docker } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { REDIS_IMAGE } from '../support/images.js';
import { uniqueName } from '../support/test-run.js';

/** Where files that servers need lie in the container. */
export const FILES = '/servers';

/**
 * Several Redis servers that know each other, all in one container: a port is the same inside and
 * outside, so that the addresses which servers tell about each other are right in both places.
 */
export class RedisServers implements AsyncDisposable {
  private constructor(
    private readonly container: StartedTestContainer,
    readonly ports: readonly number[],
  ) {}

  /** @param files contents by their names in {@link FILES} */
  static async start(count: number, files: Readonly<Record<string, string>> = {}) {
    const ports: number[] = [];
    while (ports.length < count) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    const container = await new GenericContainer(REDIS_IMAGE)
      .withName(uniqueName('redis'))
      .withCommand(['sleep', 'infinity'])
      .withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
      .withCopyContentToContainer(
        Object.entries(files).map(([name, content]) => ({ content, target: `${FILES}/${name}` })),
      )
      .withWaitStrategy(Wait.forSuccessfulCommand('true'))
      .start();
    return new RedisServers(container, ports);
  }

  port(index: number): number {
    const port = this.ports[index];
    if (port === undefined) throw new RangeError(`there is no server ${index}`);
    return port;
  }

  /** `host:port,host:port` of those, or of all. */
  addresses(indices: readonly number[] = [...this.ports.keys()]): string {
    return indices.map((index) => `127.0.0.1:${this.port(index)}`).join(',');
  }

  /** Starts one of them; what it knew before is gone. */
  async serve(index: number, args: readonly string[] = []): Promise<void> {
    const port = this.port(index);
    await this.run([
      'redis-server',
      ...(args.includes('--tls-port') ? [] : ['--port', `${port}`]),
      ...['--pidfile', pidFile(port), '--daemonize', 'yes', '--protected-mode', 'no'],
      ...['--save', '', '--dir', '/tmp', '--repl-diskless-sync-delay', '0'],
      ...['--maxmemory-policy', 'noeviction', ...args],
    ]);
  }

  /** Ends it as a power cut would. */
  async kill(index: number): Promise<void> {
    await this.signal(index, 'KILL');
  }

  /** `STOP` freezes it: it keeps its connections and answers nothing. `CONT` lets it go on. */
  async signal(index: number, signal: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    await this.run(['sh', '-c', `kill -${signal} $(cat ${pidFile(this.port(index))})`]);
  }

  async run(command: readonly string[]): Promise<string> {
    return await docker(['exec', this.container.getId(), ...command]);
  }

  /** Runs commands on a connection of their own. */
  async administer<T>(
    index: number,
    run: (redis: Redis) => Promise<T>,
    options: RedisOptions = {},
  ): Promise<T> {
    const redis = new Redis(this.port(index), '127.0.0.1', {
      ...options,
      replyMapping: 'legacy',
      lazyConnect: true,
      protocol: 2,
      retryStrategy: () => null,
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await run(redis);
    } finally {
      redis.disconnect();
    }
  }

  async answers(index: number): Promise<void> {
    await eventually(`server ${index} answers`, async () =>
      this.administer(index, async (redis) => (await redis.ping()) === 'PONG'),
    );
  }

  async stop(): Promise<void> {
    await this.container.stop({ timeout: 0 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const pidFile = (port: number): string => `/tmp/${port}.pid`;
