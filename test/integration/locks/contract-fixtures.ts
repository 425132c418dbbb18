import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../../src/clock/system-clock.js';
import { RedisLockTableOptions } from '../../../src/locks/redis/options.js';
import { RedisSessionRecords } from '../../../src/locks/redis/redis-session-records.js';
import type { LockTableFixture } from '../../contract/lock-table-rig.js';
import type { SessionRecordsFixture } from '../../contract/session-records.contract.js';
import { eventually } from '../support/eventually.js';
import { makeReplica, RecordingTableObserver, uniquePrefix } from './redis-fixture.js';

/** Short enough to wait for its end, long enough for two round trips on a busy machine. */
const PROVISIONAL_MS = 400;

/** Two replicas on one Redis, whatever kind of URL it has. */
export async function lockTablesOn(url: string): Promise<LockTableFixture> {
  const options = { url, keyPrefix: uniquePrefix(), provisionalMs: PROVISIONAL_MS };
  const replicas = [makeReplica(options), makeReplica(options)] as const;
  await Promise.all(replicas.map((replica) => replica.open()));
  const [{ table: here }, { table: there }] = replicas;
  return {
    here,
    there,
    provisionalMs: PROVISIONAL_MS,
    until: (outcome) => outcome,
    untilTrue: (condition) => eventually('the condition of the test', condition),
    // A round trip on the same connection comes after all that was sent before it.
    arrived: async () => void (await here.inspect('anything')),
    close: async () => void (await Promise.all(replicas.map((replica) => replica.close()))),
  };
}

export async function sessionRecordsOn(url: string): Promise<SessionRecordsFixture> {
  const keyPrefix = uniquePrefix();
  const start = async () => {
    const replicaId = randomUUID();
    const replica = makeReplica({ url, keyPrefix, replicaId });
    await replica.open();
    const records = new RedisSessionRecords(
      new RedisLockTableOptions({ replicaId, keyPrefix }),
      replica.link,
      replica.memory,
      new SystemClock(),
      new RecordingTableObserver(),
    );
    return { replica, records };
  };
  const [here, there] = await Promise.all([start(), start()]);
  return {
    here: here.records,
    there: there.records,
    untilTrue: (condition) => eventually('the condition of the test', condition),
    close: async () => void (await Promise.all([here.replica.close(), there.replica.close()])),
  };
}
