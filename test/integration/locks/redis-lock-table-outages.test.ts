import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { CancelTimer } from '../../../src/clock/clock.js';
import { SystemClock } from '../../../src/clock/system-clock.js';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { Acquisition, Grant, LockRequest, LockTable } from '../../../src/locks/lock-table.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { LockKeys } from '../../../src/locks/redis/lock-keys.js';
import { eventually } from '../support/eventually.js';
import { pause, unpause } from '../support/faults.js';
import { PrivateRedis } from './private-redis.js';
import { makeReplica, type Replica, type ReplicaOptions, uniquePrefix } from './redis-fixture.js';

const LONG_MS = 60_000;
const TIMEOUT_MS = 500;

/** What a busy machine may add to a time-out. */
const SLACK_MS = 1_000;

/** Of a process that sleeps: what it meant to do later it never does. */
class StoppedClock extends SystemClock {
  override after(): CancelTimer {
    return () => undefined;
  }
}

describe('RedisLockTable and a Redis that fails', () => {
  let redis: PrivateRedis;
  let replicas: Replica[];
  let name: string;
  let keyPrefix: string;

  before(async () => {
    redis = await (await PrivateRedis.reserve()).start();
  });

  after(() => redis.stop());

  beforeEach(() => {
    replicas = [];
    name = `dir/${randomUUID()}.txt`;
    keyPrefix = uniquePrefix();
  });

  afterEach(async () => {
    await Promise.all(replicas.map((made) => made.close()));
  });

  const replica = (options: Partial<ReplicaOptions> = {}): Replica => {
    const made = makeReplica({ url: redis.url, keyPrefix, timeoutMs: TIMEOUT_MS, ...options });
    replicas.push(made);
    return made;
  };

  const opened = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const made = replica(options);
    await made.open();
    expect(made.table.available).to.equal(true);
    return made;
  };

  const ask = (session: string, wish: Partial<LockRequest> = {}): LockRequest => ({
    name,
    mode: 'exclusive',
    session: session as SessionId,
    grantId: randomUUID() as GrantId,
    ttlMs: LONG_MS,
    waitMs: 0,
    holder: '',
    address: '',
    note: '',
    generation: 1,
    holdsOthers: false,
    ...wish,
  });

  const granted = (acquisition: Acquisition): Grant => {
    if (acquisition.outcome !== 'granted') throw new Error(`got: ${acquisition.outcome}`);
    return acquisition.grant;
  };

  const hold = async (table: LockTable, session: string, wish: Partial<LockRequest> = {}) => {
    const request = ask(session, wish);
    const grant = granted(await table.acquire(request));
    const lease = { name: request.name, grantId: grant.grantId, ttlMs: LONG_MS };
    expect(await table.confirm(lease)).to.include({ copies: 1 });
    return { ...grant, lease };
  };

  const queue = async (table: LockTable, session: string) => {
    const { waiting } = await table.inspect(name);
    const answer = table.acquire(ask(session, { waitMs: LONG_MS }));
    answer.catch(() => undefined);
    await waits(table, waiting + 1);
    return { answer };
  };

  const waits = (table: LockTable, count: number): Promise<void> =>
    eventually(`${count} wait`, async () => (await table.inspect(name)).waiting === count);

  /** A replica is open before its subscription is: a message sent until then reaches nobody. */
  const listeners = async (channel: string, count: number): Promise<void> => {
    const admin = new Redis(redis.url);
    try {
      await eventually(
        `${count} listen`,
        async () => (await admin.pubsub('NUMSUB', channel))[1] === count,
      );
    } finally {
      admin.disconnect();
    }
  };

  const failure = async (call: Promise<unknown>): Promise<unknown> =>
    await call.then(
      () => 'no failure',
      (error: unknown) => error,
    );

  const events = ({ log }: Replica, event: string): number =>
    log.lines.filter((line) => line.event === event && line.fields['connection'] === 'commands')
      .length;

  it('is opened before Redis is there, refuses at once, and works once it is', async () => {
    const late = await PrivateRedis.reserve();
    const early = replica({ url: late.url });
    await early.open();
    expect(early.table.available).to.equal(false);
    for (let tries = 0; tries < 5; tries++) {
      const error = await failure(early.table.acquire(ask('ana')));
      expect(error).to.be.instanceOf(LockTableUnavailable).and.include({ outcomeUnknown: false });
    }
    try {
      await late.start();
      await eventually('the table is there', async () => early.table.available);
      expect((await hold(early.table, 'ana')).token).to.equal(1);
      expect(events(early, 'redis.down')).to.equal(1);
      expect(events(early, 'redis.up')).to.equal(1);
      expect(early.observer.reached).to.deep.equal([false, true]);
    } finally {
      await early.close();
      await late.stop();
    }
  });

  it('answers within the time-out while Redis is frozen, and holds nothing after that', async () => {
    const frozen = await opened({ provisionalMs: LONG_MS });
    await pause(redis.id);
    const beganMs = performance.now();
    let error: unknown;
    let next: unknown;
    try {
      error = await failure(frozen.table.acquire(ask('ana', { waitMs: LONG_MS })));
      expect(performance.now() - beganMs).to.be.below(TIMEOUT_MS + SLACK_MS);
      await eventually('the table is away', async () => !frozen.table.available);
      next = await failure(frozen.table.renew([{ name, grantId: '' as GrantId, ttlMs: 1 }]));
    } finally {
      await unpause(redis.id);
    }
    expect(error).to.be.instanceOf(LockTableUnavailable);
    expect(next).to.be.instanceOf(LockTableUnavailable);
    await eventually('the table is back', async () => frozen.table.available);
    await eventually('nothing is held', async () => {
      const { holders, waiting } = await frozen.table.inspect(name);
      return holders.length === 0 && waiting === 0;
    });
    expect((await hold(frozen.table, 'ben')).fresh).to.equal(true);
    expect(frozen.observer.reconnects).to.equal(1);
  });

  it('fails a wait whose time is over while Redis is away', async () => {
    const frozen = await opened();
    await hold(frozen.table, 'ana');
    const answer = frozen.table.acquire(ask('ben', { waitMs: 1_000 }));
    answer.catch(() => undefined);
    await waits(frozen.table, 1);
    await pause(redis.id);
    let error: unknown;
    try {
      error = await failure(answer);
    } finally {
      await unpause(redis.id);
    }
    expect(error).to.be.instanceOf(LockTableUnavailable).and.include({ outcomeUnknown: false });
    await eventually('the table is back', async () => frozen.table.available);
    await waits(frozen.table, 0);
  });

  it('goes on after its scripts were flushed', async () => {
    const { table } = await opened();
    const holder = await hold(table, 'ana');
    await redis.administer((admin) => admin.script('FLUSH'));
    expect(await table.renew([holder.lease])).to.deep.equal(['renewed']);
    expect(await table.release(name, holder.grantId)).to.equal(true);
  });

  describe('that lost its memory', () => {
    it('learns of leases again, and of waits in the order in which they came', async () => {
      const [here, there] = [await opened(), await opened()];
      const holder = await hold(here.table, 'ana');
      await here.table.raise(name, holder.grantId, 41);
      const waiting = [];
      for (const [session, { table }] of [
        ['ben', there],
        ['cas', here],
        ['dan', there],
      ] as const) {
        waiting.push({ session, ...(await queue(table, session)) });
      }
      await redis.restart();
      await Promise.all(
        [here, there].map(({ table }) =>
          eventually('the table is back', async () => table.available),
        ),
      );
      await waits(here.table, 3);
      const { holders } = await here.table.inspect(name);
      expect(holders.map(({ session, token }) => [session, token])).to.deep.equal([['ana', 42]]);
      let { grantId } = holder;
      for (const { session, answer } of waiting) {
        expect(await here.table.release(name, grantId)).to.equal(true);
        expect((await here.table.inspect(name)).holders[0]?.session).to.equal(session);
        ({ grantId } = granted(await answer));
      }
    });

    it('is noticed with the next renewal where the connection stayed', async () => {
      const { table, log } = await opened();
      const holder = await hold(table, 'ana');
      const { answer } = await queue(table, 'ben');
      await redis.administer((admin) => admin.flushall());
      expect(await table.renew([holder.lease])).to.deep.equal(['renewed']);
      expect(log.lines.map(({ event }) => event)).to.include('redis.forgot');
      await waits(table, 1);
      await table.release(name, holder.grantId);
      expect(granted(await answer).token).to.equal(2);
    });

    it('is not told of a lease that was given up while others were announced', async () => {
      const { table, observer } = await opened();
      const held = [];
      for (let at = 0; at < 201; at++)
        held.push(await hold(table, 'ana', { name: `${name}.${at}` }));
      const [first, last] = [held[0], held.at(-1)];
      if (first === undefined || last === undefined) throw new Error('unreachable');
      await redis.administer((admin) => admin.flushall());
      const released = new Promise<boolean>((resolve) => {
        observer.onScript = (script) => {
          if (script !== 'announce') return;
          observer.onScript = () => undefined;
          resolve(table.release(last.lease.name, last.grantId));
        };
      });
      expect(await table.renew([first.lease])).to.deep.equal(['renewed']);
      await released;
      expect((await table.inspect(first.lease.name)).holders).to.have.length(1);
      expect((await table.inspect(last.lease.name)).holders).to.deep.equal([]);
    });

    it('lets waiters in whose holder is gone for good', async () => {
      const [here, there] = [await opened(), await opened()];
      const forgotten = await hold(here.table, 'ana');
      const elsewhere = await hold(there.table, 'eva', { name: `${name}.other` });
      const { answer } = await queue(there.table, 'ben');
      await here.close();
      await redis.administer((admin) => admin.flushall());
      await there.table.renew([elsewhere.lease]);
      expect(granted(await answer).grantId).not.to.equal(forgotten.grantId);
    });

    it('gives a lease up that somebody else was granted since', async () => {
      const [here, there] = [await opened(), await opened()];
      const forgotten = await hold(here.table, 'ana');
      await redis.administer((admin) => admin.flushall());
      const grant = await hold(there.table, 'ben');
      expect(await here.table.renew([forgotten.lease])).to.deep.equal(['lost']);
      expect(await here.table.raise(name, forgotten.grantId, 9)).to.equal(undefined);
      expect(await there.table.renew([grant.lease])).to.deep.equal(['renewed']);
    });

    it('learns of readers again, each of them', async () => {
      const [here, there] = [await opened(), await opened()];
      const readers = [
        await hold(here.table, 'ana', { mode: 'shared' }),
        await hold(there.table, 'ben', { mode: 'shared' }),
      ];
      await redis.administer((admin) => admin.flushall());
      expect(await here.table.renew(readers.slice(0, 1).map(({ lease }) => lease))).to.deep.equal([
        'renewed',
      ]);
      expect(await there.table.renew(readers.slice(1).map(({ lease }) => lease))).to.deep.equal([
        'renewed',
      ]);
      expect((await here.table.inspect(name)).holders).to.have.length(2);
    });
  });

  it('finds the grant whose message was lost with the subscription', async () => {
    const [here, there] = [await opened({ provisionalMs: LONG_MS }), await opened()];
    const holder = await hold(here.table, 'ana');
    const { answer } = await queue(there.table, 'ben');
    await redis.administer(async (admin) => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await here.table.release(name, holder.grantId);
    });
    expect(granted(await answer).token).to.equal(2);
  });

  it('asks nothing while its requests wait, but once for all at the end of the lease', async () => {
    const [here, there] = [await opened(), await opened()];
    const grant = granted(await here.table.acquire(ask('ana', { ttlMs: 1_500 })));
    await here.table.confirm({ name, grantId: grant.grantId, ttlMs: 1_500 });
    const waiting = [];
    for (let index = 0; index < 20; index++) {
      waiting.push(await queue(there.table, `session ${index}`));
    }
    there.observer.scripts.length = 0;
    here.observer.scripts.length = 0;
    granted(await Promise.race(waiting.map(({ answer }) => answer)));
    await there.table.inspect(name); // answered after all that was asked before
    expect(there.observer.scripts.map(({ script }) => script)).to.deep.equal([
      'advance',
      'inspect',
    ]);
    expect(here.observer.scripts).to.deep.equal([]);
  });

  it('asks nothing for requests that wait while the lease is renewed', async () => {
    const [here, there] = [await opened(), await opened()];
    const ttlMs = 3_000;
    const { grantId } = await hold(here.table, 'ana');
    const lease = { name, grantId, ttlMs };
    await here.table.renew([lease]);
    for (let index = 0; index < 5; index++) await queue(there.table, `session ${index}`);
    there.observer.scripts.length = 0;
    for (let renewals = 0; renewals < 6; renewals++) {
      await delay(ttlMs / 3); // what is shown is that nothing happens meanwhile
      expect(await here.table.renew([lease])).to.deep.equal(['renewed']);
    }
    expect(there.observer.scripts).to.deep.equal([]);
  });

  it('gives back what was granted to a request that nobody remembers', async () => {
    const replicaId = randomUUID();
    const [here, asking] = [await opened(), await opened({ replicaId, provisionalMs: LONG_MS })];
    const holder = await hold(here.table, 'ana');
    await queue(asking.table, 'ben');
    // Of the same name, but without the request: as after a restart of the process.
    await opened({ replicaId });
    await listeners(new LockKeys(keyPrefix).channel(replicaId), 2);
    const next = await queue(here.table, 'cas');
    await here.table.release(name, holder.grantId);
    expect(granted(await next.answer).token).to.equal(3);
  });

  it('passes over a request whose replica went to sleep before its time was over', async () => {
    const [here, asleep] = [await opened(), await opened({ clock: new StoppedClock() })];
    const holder = await hold(here.table, 'ana');
    const never = asleep.table.acquire(ask('ben', { waitMs: 200 }));
    await waits(here.table, 1);
    const later = await here.table.acquire(ask('cas', { waitMs: 300 }));
    expect(later.outcome).to.equal('timeout');
    await here.table.release(name, holder.grantId);
    expect(await here.table.inspect(name)).to.deep.equal({
      name,
      holders: [],
      waiting: 0,
      queue: [],
    });
    await asleep.table.close();
    expect(await never).to.deep.equal({ outcome: 'cancelled' });
  });

  it('never lets a lease end further ahead than its length, wherever the clock went', async () => {
    const { table } = await opened();
    await hold(table, 'ana');
    await redis.administer((admin) =>
      admin.eval(
        `local lock = cmsgpack.unpack(redis.call('GET', KEYS[1]))
         lock[3][1][6] = lock[3][1][6] + 3600000
         redis.call('SET', KEYS[1], cmsgpack.pack(lock))`,
        1,
        `${keyPrefix}{${name}}:lock`,
      ),
    );
    const remaining = async (): Promise<number | undefined> =>
      (await table.inspect(name)).holders[0]?.remainingMs;
    const first = await remaining();
    expect(first).to.be.within(1, LONG_MS);
    await eventually('the end stays where it is', async () => ((await remaining()) ?? 0) < LONG_MS);
  });

  it('leaves nothing behind for ever', async () => {
    const { table } = await opened();
    await hold(table, 'ana');
    await queue(table, 'ben');
    await redis.administer(async (admin) => {
      const keys = await admin.keys(`${keyPrefix}{*`);
      expect(keys).to.have.length(3);
      for (const key of keys) expect(await admin.pttl(key), key).to.be.within(1, 4_000_000);
    });
  });

  it('takes less than 400 bytes for a held lock', async () => {
    const { table } = await opened();
    const session = randomUUID();
    await hold(table, session, { holder: 'backup job 7', address: '203.0.113.77:50123' });
    await redis.administer(async (admin) => {
      const bytes = await admin.memory('USAGE', `${keyPrefix}{${name}}:lock`);
      expect(bytes).to.be.below(400);
    });
  });

  it('warns of a Redis that may drop locks', async () => {
    const warned = async (): Promise<boolean> => {
      const { table, log } = await opened();
      await table.inspect(name);
      return log.lines.some(({ event }) => event === 'redis.evicts');
    };
    expect(await warned()).to.equal(false);
    await redis.administer((admin) => admin.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    try {
      expect(await warned()).to.equal(true);
    } finally {
      await redis.administer((admin) => admin.config('SET', 'maxmemory-policy', 'noeviction'));
    }
  });
});
