import { CandadoClient, type LockInfo } from '../../../src/client/index.js';
import type { World } from './world.js';

/** Longer than a replica that is well takes to answer, in milliseconds. */
const PATIENCE_MS = 2_000;

/** What each replica says of all locks, for people: all should say the same. */
export async function tellLocks({ replicas }: Pick<World, 'replicas'>): Promise<string[]> {
  const told = await Promise.all(
    replicas.map(async ({ index, port }) => {
      const lines = await ask(port).catch((error: unknown) => [String(error)]);
      return lines.map((line) => `    replica ${index}: ${line}`);
    }),
  );
  return told.flat();
}

async function ask(port: number): Promise<string[]> {
  await using client = await CandadoClient.connect({
    ...{ port, connectTimeoutMs: PATIENCE_MS, requestTimeoutMs: PATIENCE_MS },
  });
  return (await client.locks()).map(describe);
}

function describe(lock: LockInfo): string {
  const { name, mode, token, holder, address, remainingMs, waiting } = lock;
  const queue = lock.queue.map((waiter) => `${waiter.holder} (${waiter.mode})`).join(', ');
  return (
    `${name}: ${mode}, token ${token}, ${holder} at ${address}, ${remainingMs} ms left, ` +
    `${waiting} waiting: ${queue || 'none'}`
  );
}
