import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Pins, Place } from './pins.js';
import { find, PROGRAMS } from './programs.js';
import { ServerProcess } from './server-process.js';

/** There is no Redis on this machine. */
export class NoRedisError extends Error {
  readonly code = 'NO_REDIS';
}

const START_TRIES = 100;
const TRY_AGAIN_MS = 50;

/** A Redis in a process of its own that keeps nothing on disk. */
export class RedisProcess implements AsyncDisposable {
  private constructor(
    readonly process: ServerProcess,
    readonly port: number,
    private readonly admin: Redis,
  ) {}

  /** @throws NoRedisError saying what to do */
  static async start(
    pins: Pins,
    folder: string,
    place: Place,
    port: number,
  ): Promise<RedisProcess> {
    const program = await find('redis-server');
    if (program === undefined)
      throw new NoRedisError(
        `there is no redis-server: install Redis 7.0 or newer (${PROGRAMS['redis-server']})`,
      );
    const address = ['--port', `${port}`, '--bind', '127.0.0.1'];
    // It would refuse who comes from another address of this very host.
    const open = ['--protected-mode', 'no', '--maxclients', '15000'];
    const args = [...address, ...open, '--save', '', '--appendonly', 'no'];
    const server = new ServerProcess(pins, folder, { what: 'Redis', program, args, place });
    await server.listens(port);
    const admin = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      protocol: 2,
      retryStrategy: () => null,
    });
    admin.on('error', () => undefined);
    await connected(admin);
    return new RedisProcess(server, port, admin);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async usedMemory(): Promise<number> {
    return field(await this.admin.info('memory'), 'used_memory');
  }

  async cpuSeconds(): Promise<number> {
    const info = await this.admin.info('cpu');
    return field(info, 'used_cpu_user') + field(info, 'used_cpu_sys');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.admin.disconnect();
    await this.process[Symbol.asyncDispose]();
  }
}

async function connected(admin: Redis): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await admin.connect();
      return;
    } catch (error) {
      if (tries === START_TRIES) throw error;
      await delay(TRY_AGAIN_MS);
    }
  }
}

function field(info: string, name: string): number {
  return Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
}
