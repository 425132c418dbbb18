import { expect } from 'chai';
import { type Grant, LEAVE_PLACE, type LockRequest } from '../../../src/locks/lock-table.js';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';
import { granted, LockWork } from './lock-work.js';
import type { Replica } from './redis-fixture.js';
import { LONG_MS } from './requests.js';

/** Short enough to wait for its end, long enough for two round trips on a busy machine. */
const PROVISIONAL_MS = 400;

const outright = (wish: Partial<LockRequest> = {}): Partial<LockRequest> => ({
  outright: true,
  ...wish,
});

describe('RedisLockTable and grants that are outright', () => {
  let work: LockWork;
  let here: Replica;
  let there: Replica;

  beforeEach(async () => {
    work = new LockWork(sharedRedisUrl());
    [here, there] = await Promise.all([
      work.replica({ provisionalMs: PROVISIONAL_MS }),
      work.replica({ provisionalMs: PROVISIONAL_MS }),
    ]);
  });

  afterEach(() => work.close());

  const leaseOf = ({ grantId }: Grant) => ({ name: work.name, grantId, ttlMs: LONG_MS });

  const scriptsOf = ({ observer }: Replica): string[] =>
    observer.scripts.map(({ script }) => script);

  const remainingMs = async (): Promise<number | undefined> =>
    (await there.table.inspect(work.name)).holders[0]?.remainingMs;

  it('run in full from the grant on, and are confirmed without asking Redis', async () => {
    const beforeMs = performance.now();
    const grant = granted(await here.table.acquire(work.ask('ana', outright())));
    const confirmed = await here.table.confirm(leaseOf(grant));
    expect(confirmed?.copies).to.equal(1);
    expect(confirmed?.sinceMs).to.be.within(beforeMs, performance.now());
    expect(await remainingMs()).to.be.within(LONG_MS - 5_000, LONG_MS);
    expect(scriptsOf(here)).to.deep.equal(['acquire']);
  });

  it('do not pass on like those that nobody confirms', async () => {
    granted(await here.table.acquire(work.ask('ana', outright())));
    const ben = work.ask('ben', { waitMs: 2 * PROVISIONAL_MS });
    expect((await there.table.acquire(ben)).outcome).to.equal('timeout');
  });

  it('are confirmed at Redis when they are confirmed once more', async () => {
    const grant = granted(await here.table.acquire(work.ask('ana', outright())));
    await here.table.confirm(leaseOf(grant));
    expect(await here.table.confirm(leaseOf(grant))).to.include({ copies: 1 });
    expect(scriptsOf(here)).to.deep.equal(['acquire', 'confirm']);
  });

  it('are not confirmed once somebody broke them', async () => {
    const grant = granted(await here.table.acquire(work.ask('ana', outright())));
    const notices = work.notices(here.table);
    await there.table.break({ name: work.name, token: 0, by: 'ops', reason: 'stuck' });
    await eventually('it is told', async () => notices.length > 0);
    expect(await here.table.confirm(leaseOf(grant))).to.equal(undefined);
  });

  it('are handed on with the answer to the release of the lock before', async () => {
    const ana = await work.hold(here.table, 'ana');
    const ben = await work.queue(here.table, 'ben', outright());
    const cas = await work.queue(there.table, 'cas', outright());
    await here.table.release(work.name, ana.grantId);
    const grant = granted(await ben.answer);
    expect(grant.token).to.equal(ana.token + 1);
    here.observer.scripts.length = 0;
    expect(await here.table.confirm(leaseOf(grant))).to.include({ copies: 1 });
    expect(scriptsOf(here)).to.deep.equal([]);
    expect(await remainingMs()).to.be.within(LONG_MS - 5_000, LONG_MS);
    await here.table.release(work.name, grant.grantId);
    granted(await cas.answer);
  });

  it('are to be confirmed where another replica hands them on', async () => {
    const ana = await work.hold(here.table, 'ana');
    const ben = await work.queue(there.table, 'ben', outright());
    await here.table.release(work.name, ana.grantId);
    const grant = granted(await ben.answer);
    expect(await remainingMs()).to.be.at.most(PROVISIONAL_MS);
    expect(await there.table.confirm(leaseOf(grant))).to.include({ copies: 1 });
    expect(scriptsOf(there)).to.include('confirm');
    expect(await remainingMs()).to.be.above(PROVISIONAL_MS);
  });

  it('are handed on to readers side by side, wherever they wait', async () => {
    const ana = await work.hold(here.table, 'ana');
    const readers = [
      await work.queue(here.table, 'ben', outright({ mode: 'shared' })),
      await work.queue(there.table, 'cas', outright({ mode: 'shared' })),
      await work.queue(here.table, 'dan', outright({ mode: 'shared' })),
    ];
    const writer = await work.queue(here.table, 'eva', outright());
    await here.table.release(work.name, ana.grantId);
    const grants = await Promise.all(readers.map(async ({ answer }) => granted(await answer)));
    expect(await work.holders(here.table)).to.have.members(['ben', 'cas', 'dan']);
    for (const { grantId } of grants) await here.table.release(work.name, grantId);
    expect(granted(await writer.answer).mode).to.equal('exclusive');
  });

  it('pass on soon where the place was left by its session', async () => {
    const ana = await work.hold(here.table, 'ana');
    const leaving = new AbortController();
    const ben = await work.queue(here.table, 'ben', outright({ signal: leaving.signal }));
    const cas = await work.queue(there.table, 'cas');
    leaving.abort(LEAVE_PLACE);
    expect(await ben.answer).to.deep.equal({ outcome: 'cancelled' });
    await here.table.release(work.name, ana.grantId);
    granted(await cas.answer);
  });

  it('are given back where the place was left, and its session takes them elsewhere', async () => {
    const ana = await work.hold(here.table, 'ana');
    const leaving = new AbortController();
    const ben = await work.queue(here.table, 'ben', outright({ signal: leaving.signal }));
    leaving.abort(LEAVE_PLACE);
    await ben.answer;
    await here.table.release(work.name, ana.grantId);
    const again = work.ask('ben', {
      generation: 2,
      inPlaceOf: ben.request.grantId,
      waitMs: LONG_MS,
    });
    const grant = granted(await there.table.acquire(again));
    expect(grant.token).to.equal(ana.token + 1);
    expect(await there.table.confirm(leaseOf(grant))).to.include({ copies: 1 });
    expect(await work.holders(here.table)).to.deep.equal(['ben']);
  });

  it('must be confirmed where replicas of Redis have to have them', async () => {
    const copying = await work.replica({ minReplicas: 1, provisionalMs: PROVISIONAL_MS });
    const request = work.ask('ana', outright());
    const grant = granted(await copying.table.acquire(request));
    expect(await remainingMs()).to.be.at.most(PROVISIONAL_MS);
    const refused = await copying.table.confirm(leaseOf(grant)).catch(String);
    expect(refused).to.include('0 of the 1 replicas of Redis that REDIS_MIN_REPLICAS');
  });

  it('are told to who listens when they begin, and when they end', async () => {
    const redis = await work.redis();
    const told: unknown[] = [];
    await redis.subscribe(`${work.keyPrefix}events`);
    redis.on('message', (_channel, text: string) => {
      told.push(JSON.parse(JSON.parse(text)[1]).event);
    });
    const ana = granted(await here.table.acquire(work.ask('ana', outright())));
    const ben = await work.queue(here.table, 'ben', outright());
    await here.table.confirm(leaseOf(ana));
    await here.table.release(work.name, ana.grantId);
    const { grantId } = granted(await ben.answer);
    await here.table.release(work.name, grantId);
    await eventually('all is told', async () => told.length === 5);
    expect(told).to.deep.equal(['granted', 'queued', 'released', 'granted', 'released']);
  });
});
