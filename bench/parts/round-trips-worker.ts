import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';

/** Between two round trips: one that is asked all the time would never sleep, and take a core. */
const EVERY_MS = 5;

/** What a lock of one's own in Redis takes at least: look whose it is, and write it. */
const SCRIPT = `
  local owner = redis.call('GET', KEYS[1])
  if owner and owner ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`;

const timesMs: number[] = [];
let over = false;
parentPort?.once('message', () => {
  over = true;
});

const redis = new Redis(workerData.port, '127.0.0.1', { protocol: 2 });
const sha = String(await redis.script('LOAD', SCRIPT));
while (!over) {
  await delay(EVERY_MS);
  const sentMs = performance.now();
  await redis.evalsha(sha, 1, 'round-trip', 'owner', 30_000);
  timesMs.push(performance.now() - sentMs);
}
redis.disconnect();
parentPort?.postMessage(timesMs);
