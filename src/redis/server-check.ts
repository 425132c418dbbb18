import type { Redis } from 'ioredis';
import type { Log } from '../telemetry/log.js';

/** A Redis that drops keys when it is full drops locks that somebody holds. */
export async function warnOfEviction(client: Redis, log: Log): Promise<void> {
  try {
    const answer = await client.config('GET', 'maxmemory-policy');
    const policy = Array.isArray(answer) ? answer[1] : undefined;
    if (policy === 'noeviction') return;
    log.warn(
      'redis.evicts',
      'Redis may drop locks when its memory is full: set maxmemory-policy noeviction',
      { policy, server: client.options.host },
    );
  } catch (error) {
    // Hosted servers often forbid CONFIG.
    log.debug('redis.policy-unknown', 'Redis does not tell its maxmemory-policy', { err: error });
  }
}
