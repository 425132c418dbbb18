import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';
import { granted, LockWork } from './lock-work.js';
import type { Replica } from './redis-fixture.js';
import { LONG_MS } from './requests.js';

describe('RedisLockTable and locks that change hands', () => {
  let work: LockWork;
  let here: Replica;
  let there: Replica;

  beforeEach(async () => {
    work = new LockWork(sharedRedisUrl());
    [here, there] = await Promise.all([work.replica(), work.replica()]);
  });

  afterEach(() => work.close());

  describe('taken over by the replica that a session has come to', () => {
    it('keep token, mode and note, and their former replica can do nothing any more', async () => {
      const held = await work.hold(here.table, 'ana', { note: 'nightly', ttlMs: 5_000 });
      const request = work.takeOver('ana', 2);
      expect(await there.table.takeOver(request)).to.deep.equal({
        mode: 'exclusive',
        token: held.token,
        note: 'nightly',
        copies: 1,
      });
      const [holder] = (await here.table.inspect(work.name)).holders;
      expect(holder?.remainingMs).to.be.above(5_000);
      expect(holder).to.include({ address: request.address, holder: "ana's" });
      expect(await here.table.renew([held.lease])).to.deep.equal(['lost']);
      expect(await here.table.confirm(held.lease)).to.equal(undefined);
      expect(await here.table.release(work.name, held.grantId)).to.equal(false);
      const lease = { ...held.lease, grantId: request.grantId };
      expect(await there.table.renew([lease])).to.deep.equal(['renewed']);
      expect(await there.table.release(work.name, request.grantId)).to.equal(true);
    });

    it('also where the lease ran out and nobody came', async () => {
      await work.hold(here.table, 'ana', { ttlMs: 100 });
      const ranOut = async (): Promise<boolean> => {
        const [holder] = (await here.table.inspect(work.name)).holders;
        return holder?.remainingMs === 0;
      };
      await eventually('it ran out', ranOut);
      expect(await there.table.takeOver(work.takeOver('ana', 2))).to.include({ token: 1 });
      expect(await ranOut()).to.equal(false);
    });

    it('are not where somebody waited for their end, or nothing was confirmed', async () => {
      await work.hold(here.table, 'ana', { ttlMs: 200 });
      const { answer } = await work.queue(here.table, 'ben');
      granted(await answer);
      expect(await there.table.takeOver(work.takeOver('ana', 2))).to.equal(undefined);
      expect(await there.table.takeOver(work.takeOver('ben', 2))).to.equal(undefined);
    });

    it('belong to the highest generation, in whichever order they come', async () => {
      await work.hold(here.table, 'ana');
      const orders = [3, 2, 4, 4].map((generation) => work.takeOver('ana', generation));
      const taken = [];
      for (const order of orders) taken.push(await there.table.takeOver(order));
      expect(taken.map((one) => one !== undefined)).to.deep.equal([true, false, true, false]);
      const last = orders[2];
      if (last === undefined) throw new Error('unreachable');
      // The same question again, its answer having been lost.
      expect(await there.table.takeOver(last)).to.include({ token: 1 });
      expect(await there.table.release(work.name, last.grantId)).to.equal(true);
    });

    it('at the same moment by two replicas belong to one', async () => {
      for (let round = 0; round < 20; round++) {
        const name = `${work.name}.${round}`;
        await work.hold(here.table, 'ana', { name });
        const orders = [
          { replica: here, order: work.takeOver('ana', 2, { name }) },
          { replica: there, order: work.takeOver('ana', 3, { name }) },
        ];
        await Promise.all(orders.map(({ replica, order }) => replica.table.takeOver(order)));
        const outcomes = [];
        for (const { replica, order } of orders) {
          const lease = { name, grantId: order.grantId, ttlMs: LONG_MS };
          outcomes.push(...(await replica.table.renew([lease])));
        }
        expect(outcomes).to.deep.equal(['lost', 'renewed']);
      }
    });
  });

  describe('that are broken', () => {
    const order = { by: 'root', reason: 'stuck "since/noon"' };

    it('end for everybody who held them, whose replicas are told; the next in line has it', async () => {
      const readers = [
        await work.hold(here.table, 'ana', { mode: 'shared' }),
        await work.hold(there.table, 'ben', { mode: 'shared' }),
      ];
      const told = [work.notices(here.table), work.notices(there.table)];
      const { answer } = await work.queue(there.table, 'cas');
      const broken = await here.table.break({ name: work.name, token: 7, ...order });
      expect(broken.map(({ session, token }) => [session, token])).to.deep.equal([
        ['ana', 1],
        ['ben', 1],
      ]);
      expect(granted(await answer).token).to.equal(8);
      for (const [index, reader] of readers.entries()) {
        const notice = { kind: 'broken', name: work.name, grantId: reader.grantId, ...order };
        await eventually('its replica is told', async () =>
          (told[index] ?? []).some(({ kind }) => kind === 'broken'),
        );
        expect(told[index]).to.deep.include(notice);
        const { table } = index === 0 ? here : there;
        expect(await table.renew([reader.lease])).to.deep.equal(['lost']);
      }
      expect(
        await here.table.break({ name: `${work.name}/free`, token: 3, ...order }),
      ).to.deep.equal([]);
      expect((await work.hold(here.table, 'ana', { name: `${work.name}/free` })).token).to.equal(4);
    });

    it('end although the replica of their holder is gone', async () => {
      const dead = await work.replica();
      await work.hold(dead.table, 'ana');
      dead.link.masters[0]?.disconnect();
      await dead.close();
      const { answer } = await work.queue(here.table, 'ben');
      expect(await here.table.break({ name: work.name, token: 2, ...order })).to.have.length(1);
      expect(granted(await answer).token).to.equal(3);
    });

    it('are lost for readers, too, whose replica did not hear of it', async () => {
      const readers = [
        await work.hold(here.table, 'ana', { mode: 'shared' }),
        await work.hold(there.table, 'ben', { mode: 'shared' }),
      ];
      const admin = await work.redis();
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await here.table.break({ name: work.name, token: 0, ...order });
      await work.hold(here.table, 'cas', { mode: 'shared' });
      const [ana, ben] = readers;
      if (ana === undefined || ben === undefined) throw new Error('unreachable');
      expect(await here.table.renew([ana.lease])).to.deep.equal(['lost']);
      expect(await there.table.renew([ben.lease])).to.deep.equal(['lost']);
      expect(await work.holders(here.table)).to.deep.equal(['cas']);
    });
  });

  it('are told to everybody who listens, in the order of what happened', async () => {
    const listener = await work.redis();
    const events: unknown[] = [];
    listener.on('message', (_channel: string, text: string) => {
      const [topic, message] = JSON.parse(text) as [string, string];
      expect(topic).to.equal(`lock:${work.name}`);
      events.push(JSON.parse(message));
    });
    await listener.subscribe(`${work.keyPrefix}events`);
    const ana = await work.hold(here.table, 'ana/"\\', { mode: 'shared' });
    await here.table.renew([ana.lease]);
    await work.hold(here.table, 'ana/"\\');
    const { answer } = await work.queue(there.table, 'ben', { ttlMs: 100 });
    await here.table.break({ name: work.name, token: 2 ** 52, by: 'root', reason: 'a/b' });
    const { grantId } = granted(await answer);
    await there.table.confirm({ name: work.name, grantId, ttlMs: 100 });
    const last = await work.queue(there.table, 'cas', { mode: 'shared' });
    const reader = granted(await last.answer);
    await there.table.confirm({ name: work.name, grantId: reader.grantId, ttlMs: 100 });
    await there.table.release(work.name, reader.grantId);
    const public_ = { holder: `ana/"\\'s`, address: '192.0.2.1:4711' };
    const high = 2 ** 52;
    await eventually('all is told', async () => events.length === 9);
    expect(events).to.deep.equal([
      { event: 'granted', mode: 'shared', token: 1, ...public_ },
      { event: 'granted', mode: 'exclusive', token: 2, ...public_ },
      { event: 'queued', waiting: 1 },
      { event: 'broken', token: 2, by: 'root', reason: 'a/b' },
      { event: 'granted', mode: 'exclusive', token: high + 1, ...public_, holder: "ben's" },
      { event: 'queued', waiting: 1 },
      { event: 'expired', mode: 'exclusive', token: high + 1 },
      { event: 'granted', mode: 'shared', token: high + 2, ...public_, holder: "cas's" },
      { event: 'released', mode: 'shared', token: high + 2 },
    ]);
  });
});
