import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { Grant } from '../../../src/locks/lock-table.js';
import { CuttableProxy } from '../../support/cuttable-proxy.js';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';
import { granted, LockWork, type Waiting } from './lock-work.js';
import type { Replica } from './redis-fixture.js';
import { LONG_MS } from './requests.js';

/** Short enough to wait for its end, long enough for two round trips on a busy machine. */
const PROVISIONAL_MS = 400;

describe('RedisLockTable and a lock that is handed on before Redis is asked', () => {
  let proxy: CuttableProxy;
  let work: LockWork;
  let here: Replica;
  let there: Replica;
  let ana: Grant;
  let ben: Waiting;

  beforeEach(async () => {
    const url = new URL(sharedRedisUrl());
    proxy = await CuttableProxy.start(Number(url.port));
    work = new LockWork(sharedRedisUrl());
    url.port = String(proxy.port);
    url.hostname = '127.0.0.1';
    [here, there] = await Promise.all([
      work.replica({ provisionalMs: PROVISIONAL_MS, url: url.href, timeoutMs: 10_000 }),
      work.replica({ provisionalMs: PROVISIONAL_MS }),
    ]);
    ana = await work.hold(here.table, 'ana');
    ben = await work.queue(here.table, 'ben', { outright: true });
    proxy.hold();
  });

  afterEach(async () => {
    proxy.letGo();
    await work.close();
    await proxy[Symbol.asyncDispose]();
  });

  const leaseOf = ({ grantId }: Grant) => ({ name: work.name, grantId, ttlMs: LONG_MS });

  /** Gives up ana's lock, and has ben told of it while Redis has heard of nothing. */
  const handOver = async () => {
    const released = here.table.release(work.name, ana.grantId);
    released.catch(() => undefined); // looked at later
    const grant = granted(await ben.answer);
    expect(grant.token).to.equal(ana.token + 1);
    expect(await work.holders(there.table)).to.deep.equal(['ana']);
    return { released, grant };
  };

  const anaAndBenAre = async (grant: Grant): Promise<readonly string[]> => {
    const leases = [leaseOf(ana), leaseOf(grant)];
    return await here.table.renew(leases);
  };

  it('is had at once, and nobody else gets it meanwhile or afterwards', async () => {
    here.observer.scripts.length = 0;
    const { released, grant } = await handOver();
    expect(await here.table.confirm(leaseOf(grant))).to.include({ copies: 1 });
    expect((await there.table.acquire(work.ask('cas'))).outcome).to.equal('locked');
    proxy.letGo();
    expect(await released).to.equal(true);
    expect(here.observer.scripts).to.deep.equal([{ script: 'release', ok: true }]);
    const { holders } = await there.table.inspect(work.name);
    expect(holders.map(({ session, token }) => [session, token])).to.deep.equal([
      ['ben', grant.token],
    ]);
    expect(holders[0]?.remainingMs).to.be.above(LONG_MS - 5_000);
    expect((await there.table.acquire(work.ask('cas'))).outcome).to.equal('locked');
    expect(await anaAndBenAre(grant)).to.deep.equal(['lost', 'renewed']);
  });

  it('is handed on in turn, in the order of the queue, wherever they wait', async () => {
    proxy.letGo();
    const cas = await work.queue(here.table, 'cas', { outright: true });
    const dan = await work.queue(there.table, 'dan', { outright: true });
    proxy.hold();
    const first = await handOver();
    proxy.letGo();
    await first.released;
    proxy.hold();
    const second = here.table.release(work.name, first.grant.grantId);
    const grant = granted(await cas.answer);
    expect(grant.token).to.equal(ana.token + 2);
    const third = here.table.release(work.name, grant.grantId);
    proxy.letGo();
    expect(await Promise.all([second, third])).to.deep.equal([true, true]);
    expect(granted(await dan.answer).token).to.equal(ana.token + 3);
  });

  it('is handed on once at a time: Redis hears of it before the next has it', async () => {
    proxy.letGo();
    const cas = await work.queue(here.table, 'cas', { outright: true });
    proxy.hold();
    const { released, grant } = await handOver();
    let isTold = false;
    void cas.answer.then(() => {
      isTold = true;
    });
    const next = here.table.release(work.name, grant.grantId);
    expect((await there.table.acquire(work.ask('dan'))).outcome).to.equal('locked');
    expect(isTold).to.equal(false);
    proxy.letGo();
    expect(await Promise.all([released, next])).to.deep.equal([true, true]);
    expect(granted(await cas.answer).token).to.equal(ana.token + 2);
  });

  it('is had also where the release never came to Redis, and is repeated', async () => {
    const { released, grant } = await handOver();
    proxy.cut();
    expect(await released.catch((error: unknown) => error)).to.be.instanceOf(LockTableUnavailable);
    await eventually('it is connected again', async () => here.table.available);
    expect(await here.table.release(work.name, ana.grantId)).to.equal(true);
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
    expect(await anaAndBenAre(grant)).to.deep.equal(['lost', 'renewed']);
  });

  it('is had also where the answer of Redis was lost', async () => {
    proxy.letGo();
    proxy.mute();
    const released = here.table.release(work.name, ana.grantId);
    released.catch(() => undefined); // looked at later
    const grant = granted(await ben.answer);
    await eventually('Redis has heard', async () => {
      return (await work.holders(there.table))[0] === 'ben';
    });
    proxy.cut();
    expect(await released.catch((error: unknown) => error)).to.be.instanceOf(LockTableUnavailable);
    await eventually('it is connected again', async () => here.table.available);
    expect(await here.table.release(work.name, ana.grantId)).to.equal(true);
    expect(await anaAndBenAre(grant)).to.deep.equal(['lost', 'renewed']);
  });

  it('is had also where a renewal is the first that Redis hears of it', async () => {
    const { released, grant } = await handOver();
    proxy.cut();
    await released.catch(() => undefined);
    await eventually('it is connected again', async () => here.table.available);
    expect(await here.table.renew([leaseOf(grant)])).to.deep.equal(['renewed']);
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
    expect(await here.table.release(work.name, ana.grantId)).to.equal(false);
    expect(await here.table.release(work.name, grant.grantId)).to.equal(true);
    await eventually('it is free', async () => (await work.holders(there.table)).length === 0);
  });

  it('is had also where Redis forgot the lock and the queue meanwhile', async () => {
    const { released, grant } = await handOver();
    const redis = await work.redis();
    await redis.del(work.keys.all(work.name));
    proxy.letGo();
    expect(await released).to.equal(true);
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
    expect(await anaAndBenAre(grant)).to.deep.equal(['lost', 'renewed']);
  });

  it('is had for good where it was broken meanwhile, and granted to the same one', async () => {
    const { released, grant } = await handOver();
    await there.table.break({ name: work.name, token: grant.token, by: 'ops', reason: 'stuck' });
    proxy.letGo();
    await released;
    const cas = work.ask('cas', { waitMs: 2 * PROVISIONAL_MS });
    expect((await there.table.acquire(cas)).outcome).to.equal('timeout');
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
  });

  it('is not kept by a former holder whose session was resumed elsewhere meanwhile', async () => {
    const { released, grant } = await handOver();
    expect(await there.table.takeOver(work.takeOver('ana', 2))).to.include({ token: ana.token });
    proxy.letGo();
    await released;
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
    expect(await here.table.renew([leaseOf(grant)])).to.deep.equal(['renewed']);
  });

  it('is held for nobody where the heir is gone before Redis hears of it', async () => {
    const released = here.table.release(work.name, ana.grantId);
    const { grantId, token } = granted(await ben.answer);
    const raised = here.table.raise(work.name, grantId, token);
    proxy.letGo();
    expect(await raised).to.equal(undefined);
    expect(await released).to.equal(true);
    await eventually('it is free', async () => (await work.holders(there.table)).length === 0);
  });

  it('is not told twice with one token where another has it now', async () => {
    const { released } = await handOver();
    const redis = await work.redis();
    const [, queue, waiters] = work.keys.all(work.name);
    await redis.zrem(queue, ben.request.grantId);
    await redis.hdel(waiters, ben.request.grantId);
    const cas = await work.queue(there.table, 'cas');
    const notices = work.notices(here.table);
    proxy.letGo();
    expect(granted(await cas.answer).token).to.equal(ana.token + 2);
    expect(await released).to.equal(true);
    const { name } = work;
    expect(notices).to.deep.include({ kind: 'lost', name, grantId: ben.request.grantId });
  });

  it('goes to who took the place from elsewhere meanwhile, with a token of its own', async () => {
    const { released } = await handOver();
    const again = { generation: 2, inPlaceOf: ben.request.grantId };
    const elsewhere = await work.queue(there.table, 'ben', again);
    proxy.letGo();
    expect(await released).to.equal(true);
    expect(granted(await elsewhere.answer).token).to.equal(ana.token + 2);
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
  });
});
