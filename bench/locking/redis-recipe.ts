import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RespConnection } from '../parts/resp-connection.js';
import type { Stage } from '../parts/stage.js';
import { CONTENT, type Holder, type LockService, WAIT_MS } from './holder.js';

const LEASE_MS = 30_000;
const TRY_AGAIN_MS = 5;

/** Gives up a lock only while it is one's own. */
const RELEASE = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0`;

/**
 * What people write by hand: a key with a time to live as the lock, and files that are replaced as
 * durably as Candado does it. No fencing, no queue, no history: a holder that stalls overwrites the next.
 */
export async function redisRecipe(stage: Stage, port: number): Promise<LockService> {
  const folder = await madeFolder(stage, 'recipe');
  return {
    name: 'Redis recipe',
    clients: 'server',
    async holder(file: string): Promise<Holder> {
      const redis = await stage.connect(port);
      const [key, token] = [`lock:${file}`, randomUUID()];
      return {
        take: async () => {
          while ((await redis.call('SET', key, token, 'NX', 'PX', `${LEASE_MS}`)) !== '+OK')
            await delay(TRY_AGAIN_MS);
        },
        put: () => replaced(folder, file, token),
        give: async () => void (await redis.call('EVAL', RELEASE, '1', key, token)),
      };
    },
  };
}

/**
 * The fairest queue there is in Redis: whoever holds the one element of a list holds the lock, and `BLPOP`
 * serves who waits longest. One that dies with the element keeps the lock for ever.
 */
export async function redisQueue(stage: Stage, port: number): Promise<LockService> {
  const folder = await madeFolder(stage, 'queue');
  const known = new Map<string, Promise<RespConnection>>();
  return {
    name: 'BLPOP queue',
    clients: 'server',
    async holder(file: string): Promise<Holder> {
      const redis = await stage.connect(port);
      const [key, token] = [`queue:${file}`, randomUUID()];
      const first = known.get(file) ?? offered(redis, key);
      known.set(file, first);
      await first;
      return {
        take: async () => void (await redis.call('BLPOP', key, `${WAIT_MS / 1_000}`)),
        put: () => replaced(folder, file, token),
        give: async () => void (await redis.call('RPUSH', key, 'lock')),
      };
    },
  };
}

async function offered(redis: RespConnection, key: string): Promise<RespConnection> {
  await redis.call('RPUSH', key, 'lock');
  return redis;
}

async function madeFolder(stage: Stage, name: string): Promise<string> {
  const folder = join(stage.folder, name);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function replaced(folder: string, name: string, token: string): Promise<void> {
  const temporary = join(folder, `.${token}`);
  const file = await open(temporary, 'w');
  await file.write(CONTENT);
  await file.datasync();
  await file.close();
  await rename(temporary, join(folder, name));
  const directory = await open(folder, 'r');
  await directory.sync();
  await directory.close();
}
