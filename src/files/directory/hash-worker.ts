/** The other thread of {@link HashThread}: answers each message in order. */
import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { HashAnswer, HashQuestion } from './hash-thread.js';

const hashes = new Map<number, Hash>();

parentPort?.on('message', ({ id, kind, chunk }: HashQuestion) => {
  const hash = hashes.get(id) ?? createHash('sha256');
  if (kind === 'update') {
    hashes.set(id, hash);
    hash.update(chunk);
    answer({ id, chunk }, [chunk.buffer]);
    return;
  }
  hashes.delete(id);
  if (kind === 'digest') answer({ id, sha256: hash.digest('hex') }, []);
});

function answer(message: HashAnswer, moved: ArrayBuffer[]): void {
  parentPort?.postMessage(message, moved);
}
