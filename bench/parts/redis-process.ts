import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** There is no Redis on this machine. */
export class NoRedisError extends Error {
  readonly code = 'NO_REDIS';
}

const START_TRIES = 100;
const TRY_AGAIN_MS = 50;

/** A Redis in a process of its own that keeps nothing on disk. */
export class RedisProcess implements AsyncDisposable {
  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
    private readonly admin: Redis,
  ) {}

  /** @throws NoRedisError saying what to do */
  static async start(port: number): Promise<RedisProcess> {
    const settings = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', settings, { stdio: 'ignore' });
    const failed = once(child, 'error').then(([error]: unknown[]) => {
      throw new NoRedisError('there is no redis-server: install Redis 7.0 or newer', {
        cause: error,
      });
    });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const admin = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      protocol: 2,
      retryStrategy: () => null,
    });
    admin.on('error', () => undefined);
    await Promise.race([connected(admin), failed]);
    failed.catch(() => undefined);
    return new RedisProcess(child, port, admin);
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
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
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
