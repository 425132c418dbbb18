import { expect } from 'chai';
import { LEAVE_PLACE, type QueuePlace } from '../../../src/locks/lock-table.js';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';
import { granted, LockWork } from './lock-work.js';
import type { Replica } from './redis-fixture.js';

/** Short enough to wait for its end, long enough for two round trips on a busy machine. */
const PROVISIONAL_MS = 400;

describe('RedisLockTable and its queue', () => {
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

  it('tells who waits where it stands, and everybody who waits and why it is held', async () => {
    await work.hold(here.table, 'ana', { note: 'nightly "ñ" run/2' });
    const leaving = new AbortController();
    let place: QueuePlace | undefined;
    for (let at = 1; at <= 11; at++) {
      await work.queue(there.table, `session ${at}`, { mode: 'shared' });
    }
    const last = await work.queue(here.table, 'last', {
      onQueued: (queued) => {
        place = queued;
      },
      signal: leaving.signal,
    });
    expect(place?.position).to.equal(12);
    expect(place?.state.holders[0]?.note).to.equal('nightly "ñ" run/2');
    const { waiting, queue, holders } = await there.table.inspect(work.name);
    expect(waiting).to.equal(12);
    expect(queue).to.have.length(10);
    expect(queue[0]).to.deep.equal({
      session: 'session 1',
      mode: 'shared',
      holder: "session 1's",
      address: '192.0.2.1:4711',
    });
    expect(holders[0]?.note).to.equal('nightly "ñ" run/2');
    leaving.abort();
    expect(await last.answer).to.deep.equal({ outcome: 'cancelled' });
  });

  it('says to who gives up how far it came', async () => {
    await work.hold(here.table, 'ana');
    await work.queue(there.table, 'ben');
    await work.queue(here.table, 'cas');
    const late = await there.table.acquire(work.ask('dan', { waitMs: 150 }));
    expect(late).to.include({ outcome: 'timeout', position: 3 });
  });

  it('tells the holders, once a replica, that one more waits', async () => {
    const [, ben] = [
      await work.hold(here.table, 'ana', { mode: 'shared' }),
      await work.hold(there.table, 'ben', { mode: 'shared' }),
    ];
    const [told, toldThere] = [work.notices(here.table), work.notices(there.table)];
    await work.hold(here.table, 'cas', { mode: 'shared' });
    await work.queue(here.table, 'dan');
    await eventually('both replicas are told', async () => told.length + toldThere.length === 3);
    expect(toldThere).to.deep.equal([
      { kind: 'waited-for', name: work.name, grantId: ben.grantId, waiting: 1 },
    ]);
    expect(told.map(({ kind }) => kind)).to.deep.equal(['waited-for', 'waited-for']);
  });

  describe('and a session that asks again from elsewhere', () => {
    it('stands where it stood, and the earlier request ends', async () => {
      const holder = await work.hold(here.table, 'ana');
      const former = await work.queue(here.table, 'ben');
      const behind = await work.queue(here.table, 'cas');
      let position = 0;
      const inPlaceOf = former.request.grantId;
      const again = await work.queue(there.table, 'ben', {
        inPlaceOf,
        generation: 2,
        onQueued: (place) => {
          position = place.position;
        },
      });
      expect(await former.answer).to.deep.equal({ outcome: 'superseded' });
      expect((await here.table.inspect(work.name)).waiting).to.equal(2);
      await here.table.release(work.name, holder.grantId);
      const grant = granted(await again.answer);
      expect([grant.grantId, position]).to.deep.equal([again.request.grantId, 1]);
      expect(await work.holders(here.table)).to.deep.equal(['ben']);
      await there.table.release(work.name, grant.grantId);
      expect(granted(await behind.answer).token).to.equal(3);
    });

    it('ends the earlier request although the message to it was lost', async () => {
      await work.hold(here.table, 'ana');
      const former = await work.queue(here.table, 'ben');
      const admin = await work.redis();
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const inPlaceOf = former.request.grantId;
      await work.queue(there.table, 'ben', { inPlaceOf, generation: 2 });
      expect(await former.answer).to.deep.equal({ outcome: 'superseded' });
      expect((await here.table.inspect(work.name)).waiting).to.equal(1);
    });

    it('has the grant that came meanwhile, and nobody else has', async () => {
      const holder = await work.hold(here.table, 'ana');
      const leaving = new AbortController();
      const former = await work.queue(here.table, 'ben', {
        mode: 'shared',
        signal: leaving.signal,
      });
      leaving.abort(LEAVE_PLACE);
      expect(await former.answer).to.deep.equal({ outcome: 'cancelled' });
      await there.table.release(work.name, holder.grantId);
      const inPlaceOf = former.request.grantId;
      const request = work.ask('ben', { mode: 'shared', inPlaceOf, generation: 2 });
      const grant = granted(await there.table.acquire(request));
      expect(grant).to.deep.equal({
        grantId: request.grantId,
        token: 2,
        mode: 'shared',
        fresh: true,
      });
      const lease = { name: work.name, ttlMs: 5_000 };
      expect(await here.table.confirm({ ...lease, grantId: inPlaceOf })).to.equal(undefined);
      expect(await here.table.release(work.name, inPlaceOf)).to.equal(false);
      expect(await there.table.confirm({ ...lease, grantId: grant.grantId })).to.include({
        copies: 1,
      });
    });

    it('finds no place once its time was over', async () => {
      await work.hold(here.table, 'ana');
      const leaving = new AbortController();
      const former = await work.queue(here.table, 'ben', {
        waitMs: 200,
        signal: leaving.signal,
      });
      const behind = await work.queue(here.table, 'cas');
      leaving.abort(LEAVE_PLACE);
      await eventually('its time is over', async () => {
        const left = await here.table.acquire(work.ask('dan'));
        return left.outcome === 'locked' && left.state.waiting === 1;
      });
      const inPlaceOf = former.request.grantId;
      await work.queue(there.table, 'ben', { inPlaceOf, generation: 2 });
      const { queue } = await here.table.inspect(work.name);
      expect(queue.map(({ session }) => session)).to.deep.equal([behind.request.session, 'ben']);
    });
  });

  it('leaves a place and its grant alone until it passes on by itself', async () => {
    const holder = await work.hold(here.table, 'ana');
    const leaving = new AbortController();
    const left = await work.queue(here.table, 'ben', { signal: leaving.signal });
    const next = await work.queue(there.table, 'cas');
    leaving.abort(LEAVE_PLACE);
    await left.answer;
    const beganMs = performance.now();
    await there.table.release(work.name, holder.grantId);
    expect(await work.holders(there.table)).to.deep.equal(['ben']);
    expect(granted(await next.answer).token).to.equal(3);
    expect(performance.now() - beganMs).to.be.above(PROVISIONAL_MS / 2);
  });

  it('denies a replica that the session has left, holding and waiting', async () => {
    const first = await work.hold(here.table, 'ana', { generation: 3 });
    const outdated = work.ask('ana', { generation: 2, waitMs: 1_000 });
    expect((await there.table.acquire(outdated)).outcome).to.equal('locked');
    await work.queue(here.table, 'ben', { generation: 2 });
    expect((await there.table.acquire(work.ask('ben', { waitMs: 1_000 }))).outcome).to.equal(
      'locked',
    );
    const again = await here.table.acquire(work.ask('ana', { generation: 3 }));
    expect(granted(again)).to.include({ grantId: first.grantId, fresh: false });
  });
});
