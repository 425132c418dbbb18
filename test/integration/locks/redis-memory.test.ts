import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { Lease } from '../../../src/locks/lock-table.js';
import { eventually } from '../support/eventually.js';
import { granted, LockWork } from './lock-work.js';
import { PrivateRedis } from './private-redis.js';
import type { Replica } from './redis-fixture.js';
import { LONG_MS } from './requests.js';

/** Moves all times of a lock and its queue ahead: as seen by a Redis whose clock is behind. */
const MOVE_AHEAD = `
  local lock = cmsgpack.unpack(redis.call('GET', KEYS[1]))
  for _, holder in ipairs(lock[3]) do
    holder[5], holder[6] = holder[5] + ARGV[1], holder[6] + ARGV[1]
  end
  if lock[5] then lock[5], lock[6] = lock[5] + ARGV[1], lock[6] + ARGV[1] end
  redis.call('SET', KEYS[1], cmsgpack.pack(lock))
  for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    redis.call('ZINCRBY', KEYS[2], ARGV[1] * 1000, id)
    local waiter = cmsgpack.unpack(redis.call('HGET', KEYS[3], id))
    waiter[3] = waiter[3] + ARGV[1]
    redis.call('HSET', KEYS[3], id, cmsgpack.pack(waiter))
  end`;

describe('RedisLockTable and a Redis that forgets', () => {
  let redis: PrivateRedis;
  let work: LockWork;
  let here: Replica;
  let there: Replica;

  before(async () => {
    redis = await (await PrivateRedis.reserve()).start();
  });

  after(() => redis.stop());

  beforeEach(async () => {
    work = new LockWork(redis.url);
    [here, there] = await Promise.all([work.replica(), work.replica()]);
  });

  afterEach(() => work.close());

  const empty = async (): Promise<void> => void (await (await work.redis()).flushall());

  const renew = async (replica: Replica, lease: Lease): Promise<string | undefined> =>
    (await replica.table.renew([lease]))[0];

  /** What the lock was before, as a fail-over to a copy that lags behind brings it back. */
  const snapshot = async (): Promise<() => Promise<void>> => {
    const admin = await work.redis();
    const key = work.keys.lock(work.name);
    const before = await admin.getBuffer(key);
    return async () => {
      if (before === null) await admin.del(key);
      else await admin.set(key, before);
    };
  };

  it('loses no lease where it is emptied between two batches of renewals', async () => {
    const leases: Lease[] = [];
    for (let at = 0; at < 1_000; at++) {
      leases.push((await work.hold(here.table, 'ana', { name: `${work.name}.${at}` })).lease);
    }
    const admin = await work.redis();
    for (const after of [1, 2, 3, 4]) {
      let batches = 0;
      here.observer.onScript = (script) => {
        if (script !== 'renew') return;
        batches += 1;
        if (batches === after) void admin.flushall();
      };
      const outcomes = await here.table.renew(leases);
      expect(outcomes.filter((outcome) => outcome !== 'renewed')).to.deep.equal([]);
    }
    here.observer.onScript = () => undefined;
    const lost = (await here.table.renew(leases)).filter((outcome) => outcome === 'lost');
    expect(lost).to.deep.equal([]);
    expect(await work.holders(there.table, `${work.name}.999`)).to.deep.equal(['ana']);
  });

  it('says of a lock that it was released, and not that it was lost', async () => {
    const held = await work.hold(here.table, 'ana');
    await empty();
    expect(await here.table.release(work.name, held.grantId)).to.equal(true);
    expect(await work.holders(there.table)).to.deep.equal([]);
    expect(await here.table.release(work.name, held.grantId)).to.equal(false);
  });

  it('lets a lease that ran out be renewed, as long as nobody else came', async () => {
    const held = await work.hold(here.table, 'ana', { ttlMs: 100 });
    await eventually('it ran out', async () => {
      return (await here.table.inspect(work.name)).holders[0]?.remainingMs === 0;
    });
    await empty();
    expect(await renew(here, held.lease)).to.equal('renewed');
    await eventually('it ran out again', async () => {
      return (await here.table.inspect(work.name)).holders[0]?.remainingMs === 0;
    });
    await empty();
    await work.hold(there.table, 'ben');
    expect(await renew(here, held.lease)).to.equal('lost');
  });

  it('has its last moments told again where it lags behind', async () => {
    const first = await work.hold(there.table, 'old');
    const goBack = await snapshot();
    await there.table.release(work.name, first.grantId);
    const held = await work.hold(here.table, 'ana');
    await goBack();
    expect(await work.holders(here.table)).to.deep.equal(['old']);
    expect(await renew(here, held.lease)).to.equal('renewed');
    expect(await work.holders(here.table)).to.deep.equal(['ana']);
    expect((await here.table.inspect(work.name)).holders[0]?.token).to.equal(2);
  });

  it('leaves open what is lost while somebody else is about to be granted the lock', async () => {
    const held = await work.hold(here.table, 'ana');
    await here.table.raise(work.name, held.grantId, 9);
    await empty();
    const grant = granted(await there.table.acquire(work.ask('ben')));
    const failure = await renew(here, held.lease).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(LockTableUnavailable);
    await there.table.raise(work.name, grant.grantId, 10);
    await there.table.confirm({ ...held.lease, grantId: grant.grantId });
    expect(await renew(here, held.lease)).to.equal('lost');
  });

  it('gives the lease back where that other one never confirms', async () => {
    const hasty = await work.replica({ provisionalMs: 200 });
    const held = await work.hold(here.table, 'ana');
    await here.table.raise(work.name, held.grantId, 9);
    await empty();
    granted(await hasty.table.acquire(work.ask('ben')));
    await eventually('it passed on', async () => {
      return (await renew(here, held.lease)) === 'renewed';
    });
    expect(await work.holders(there.table)).to.deep.equal(['ana']);
  });

  it('knows all readers again, whatever token each was raised to, and a new one beside them', async () => {
    const ana = await work.hold(here.table, 'ana', { mode: 'shared' });
    const ben = await work.hold(there.table, 'ben', { mode: 'shared' });
    await here.table.raise(work.name, ana.grantId, 5);
    await there.table.raise(work.name, ben.grantId, 6);
    for (const [first, second] of [
      [
        { replica: here, held: ana },
        { replica: there, held: ben },
      ],
      [
        { replica: there, held: ben },
        { replica: here, held: ana },
      ],
    ] as const) {
      await empty();
      expect(await renew(first.replica, first.held.lease)).to.equal('renewed');
      expect(await renew(second.replica, second.held.lease)).to.equal('renewed');
    }
    await empty();
    const cas = await work.hold(there.table, 'cas', { mode: 'shared' });
    await there.table.raise(work.name, cas.grantId, 7);
    expect(await renew(here, ana.lease)).to.equal('renewed');
    expect(await renew(there, ben.lease)).to.equal('renewed');
    expect(await work.holders(here.table)).to.have.members(['ana', 'ben', 'cas']);
  });

  it('loses readers between whom a writer came', async () => {
    const ana = await work.hold(here.table, 'ana', { mode: 'shared' });
    await empty();
    const writer = await work.hold(there.table, 'ben');
    await there.table.release(work.name, writer.grantId);
    await work.hold(there.table, 'cas', { mode: 'shared' });
    expect(await renew(here, ana.lease)).to.equal('lost');
  });

  it('believes the replica that a session has come to, whoever announces first', async () => {
    for (const formerFirst of [true, false]) {
      const name = `${work.name}.${formerFirst}`;
      const held = await work.hold(here.table, 'ana', { name });
      const order = work.takeOver('ana', 2, { name });
      const admin = await work.redis();
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'); // or the former one would be told
      await there.table.takeOver(order);
      const lease = { ...held.lease, grantId: order.grantId };
      await empty();
      if (formerFirst) await renew(here, held.lease);
      expect(await renew(there, lease)).to.equal('renewed');
      expect(await renew(here, held.lease)).to.equal('lost');
      expect(await there.table.release(name, order.grantId)).to.equal(true);
    }
  });

  it('keeps waiters with a long lease in line, and their places for their sessions', async () => {
    const held = await work.hold(here.table, 'ana', { ttlMs: 3_600_000 });
    const waits = [await work.queue(there.table, 'ben'), await work.queue(here.table, 'cas')];
    await empty();
    await Promise.all([here, there].map(({ table }) => table.renew([held.lease])));
    await eventually('they wait again', async () => {
      return (await here.table.inspect(work.name)).waiting === 2;
    });
    const inPlaceOf = waits[0]?.request.grantId;
    if (inPlaceOf === undefined) throw new Error('unreachable');
    const ben = await work.queue(here.table, 'ben', { inPlaceOf, generation: 2 });
    await here.table.release(work.name, held.grantId);
    expect(granted(await ben.answer).grantId).to.equal(ben.request.grantId);
    expect(await waits[0]?.answer).to.deep.equal({ outcome: 'superseded' });
  });

  it('whose clock is behind neither prolongs leases nor turns the queue round', async () => {
    const held = await work.hold(here.table, 'ana', { ttlMs: 2_000 });
    const ben = await work.queue(there.table, 'ben');
    const admin = await work.redis();
    await admin.eval(MOVE_AHEAD, 3, ...work.keys.all(work.name), 3_600_000);
    const [holder] = (await here.table.inspect(work.name)).holders;
    expect(holder?.remainingMs).to.be.within(1, 2_000);
    const cas = await work.queue(here.table, 'cas');
    expect(granted(await ben.answer).token).to.equal(2);
    expect(await renew(here, held.lease)).to.equal('lost');
    await there.table.release(work.name, ben.request.grantId);
    expect(granted(await cas.answer).token).to.equal(3);
  });

  it('is asked nothing at all by requests that wait', async () => {
    await work.hold(here.table, 'ana', { ttlMs: LONG_MS });
    for (let at = 0; at < 20; at++) await work.queue(there.table, `session ${at}`);
    await work.queue(there.table, 'holder', { holdsOthers: true });
    const admin = await work.redis();
    // What replicas do now and then, waiting or not.
    const upkeep = ['time', 'set', 'ping', 'info', 'config|resetstat'];
    await admin.config('RESETSTAT');
    await delay(2_000); // nothing is what happens here
    const asked = [...(await admin.info('commandstats')).matchAll(/^cmdstat_([^:]+):/gm)];
    const commands = asked.map((match) => match[1] ?? '');
    expect(commands.filter((command) => !upkeep.includes(command))).to.deep.equal([]);
  });
});
