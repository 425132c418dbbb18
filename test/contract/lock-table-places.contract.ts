import { expect } from 'chai';
import {
  type Acquisition,
  LEAVE_PLACE,
  type LockRequest,
  type LockTable,
} from '../../src/locks/lock-table.js';
import type { GrantId, LockState, SessionId } from '../../src/locks/model.js';
import {
  granted,
  LONG_MS,
  type LockTableFixture,
  LockTableRig,
  SHORT_MS,
  sessionsOf,
} from './lock-table-rig.js';

/** What becomes of places in queues, and of grants, that sessions come back for. */
export function describeLockTablePlaces(
  title: string,
  start: () => Promise<LockTableFixture>,
): void {
  describe(`${title}, for who comes back`, () => {
    let fixture: LockTableFixture;
    let here: LockTable;
    let there: LockTable;
    let rig: LockTableRig;
    let name: string;

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
      rig = new LockTableRig(fixture);
      ({ name } = rig);
    });

    afterEach(() => fixture.close());

    const again = (former: LockRequest, wish: Partial<LockRequest> = {}): LockRequest =>
      rig.ask(former.session, {
        mode: former.mode,
        waitMs: LONG_MS,
        generation: former.generation + 1,
        inPlaceOf: former.grantId,
        ...wish,
      });

    const queueOf = ({ queue }: LockState): string[] => queue.map(({ session }) => session);

    const lease = (grantId: GrantId) => ({ name, grantId, ttlMs: LONG_MS });

    /** A request whose place in the queue its replica has let go of. */
    const abandoned = async (
      session: string,
      wish: Partial<LockRequest> = {},
    ): Promise<LockRequest> => {
      const leaving = new AbortController();
      const { answer, request } = await rig.queue(here, session, {
        ...wish,
        signal: leaving.signal,
      });
      leaving.abort(LEAVE_PLACE);
      expect(await fixture.until(answer)).to.deep.equal({ outcome: 'cancelled' });
      return request;
    };

    describe('a place in the queue', () => {
      let holder: GrantId;

      beforeEach(async () => {
        ({ grantId: holder } = await rig.hold(here, 'ana'));
      });

      it('is no other session’s to take', async () => {
        const ben = await rig.queue(here, 'ben');
        const cas = there.acquire({ ...again(ben.request), session: 'cas' as SessionId });
        await fixture.untilTrue(async () => (await here.inspect(name)).waiting === 2);
        expect(queueOf(await here.inspect(name))).to.deep.equal(['ben', 'cas']);
        await here.release(name, holder);
        const { grantId } = granted(await fixture.until(ben.answer));
        await here.release(name, grantId);
        granted(await fixture.until(cas));
      });

      for (const generation of [1, 2]) {
        it(`is its session’s also where that does not name it, in generation ${generation}`, async () => {
          const lost = await rig.queue(here, 'ben');
          const cas = await rig.queue(here, 'cas');
          const ben = there.acquire(rig.ask('ben', { waitMs: LONG_MS, generation }));
          expect(await fixture.until(lost.answer)).to.deep.equal({ outcome: 'superseded' });
          expect(queueOf(await here.inspect(name))).to.deep.equal(['ben', 'cas']);
          await here.release(name, holder);
          const { grantId } = granted(await fixture.until(ben));
          expect(await there.confirm(lease(grantId))).to.not.equal(undefined);
          await there.release(name, grantId);
          granted(await fixture.until(cas.answer));
        });
      }

      it('is given up by a session that asks without waiting, also where it does not name it', async () => {
        const lost = await rig.queue(here, 'ben');
        expect((await there.acquire(rig.ask('ben', { generation: 2 }))).outcome).to.equal('locked');
        expect(await fixture.until(lost.answer)).to.deep.equal({ outcome: 'superseded' });
        expect((await here.inspect(name)).waiting).to.equal(0);
      });

      it('is told to who comes back to it', async () => {
        const request = await abandoned('ben');
        await rig.queue(here, 'cas');
        const positions: number[] = [];
        void there.acquire(again(request, { onQueued: (place) => positions.push(place.position) }));
        await fixture.untilTrue(async () => positions.length > 0);
        expect(positions).to.deep.equal([1]);
        expect(queueOf(await here.inspect(name))).to.deep.equal(['ben', 'cas']);
      });

      it('holds up nobody once its session asks without waiting', async () => {
        await here.release(name, holder);
        await rig.hold(here, 'ana', { mode: 'shared' });
        const request = await abandoned('ben');
        const reader = await rig.queue(here, 'cas', { mode: 'shared' });
        expect((await there.acquire(again(request, { waitMs: 0 }))).outcome).to.equal('locked');
        expect(granted(await reader.answer).mode).to.equal('shared');
        expect((await here.inspect(name)).waiting).to.equal(0);
      });

      it('can be given up like a lock', async () => {
        const request = await abandoned('ben');
        const next = await rig.queue(here, 'cas');
        expect(await there.release(name, request.grantId)).to.equal(true);
        expect(await there.release(name, request.grantId)).to.equal(false);
        expect(queueOf(await here.inspect(name))).to.deep.equal(['cas']);
        await here.release(name, holder);
        granted(await next.answer);
      });

      it('is the later request’s, also in what it is for', async () => {
        const request = await abandoned('ben', { mode: 'shared' });
        await rig.queue(here, 'cas', { mode: 'shared' });
        const writer = there.acquire(again(request, { mode: 'exclusive' }));
        await fixture.untilTrue(
          async () => (await here.inspect(name)).queue[0]?.mode === 'exclusive',
        );
        await here.release(name, holder);
        expect(granted(await fixture.until(writer)).mode).to.equal('exclusive');
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
      });

      it('that nobody comes back to is given up when its time is over', async () => {
        await abandoned('ben', { waitMs: SHORT_MS });
        await fixture.untilTrue(async () => {
          await here.endExpired(name);
          return (await here.inspect(name)).waiting === 0;
        });
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ana']);
      });

      it('is not made for who has left already', async () => {
        const leaving = AbortSignal.abort(LEAVE_PLACE);
        const request = rig.ask('ben', { waitMs: LONG_MS, signal: leaving });
        expect(await here.acquire(request)).to.deep.equal({ outcome: 'cancelled' });
        expect((await here.inspect(name)).waiting).to.equal(0);
      });

      it('passes on from request to request, as often as its session moves', async () => {
        let request = await abandoned('ben');
        await rig.queue(here, 'cas');
        let former: Promise<Acquisition> | undefined;
        for (let moves = 0; moves < 3; moves++) {
          const next = again(request);
          const answer = (moves % 2 === 0 ? there : here).acquire(next);
          if (former !== undefined) {
            expect(await fixture.until(former)).to.deep.equal({ outcome: 'superseded' });
          }
          await fixture.arrived();
          [request, former] = [next, answer];
        }
        expect(queueOf(await here.inspect(name))).to.deep.equal(['ben', 'cas']);
        await here.release(name, holder);
        if (former === undefined) throw new Error('it never moved');
        expect(granted(await fixture.until(former)).grantId).to.equal(request.grantId);
      });
    });

    describe('a grant to the earlier request', () => {
      /** Granted while nobody looked after it. */
      const grantedMeanwhile = async (wish: Partial<LockRequest> = {}): Promise<LockRequest> => {
        const { grantId } = await rig.hold(here, 'ana');
        const request = await abandoned('ben', wish);
        await here.release(name, grantId);
        return request;
      };

      it('that was confirmed is the later one’s alone', async () => {
        const request = rig.ask('ben');
        const former = granted(await here.acquire(request));
        expect(await here.confirm(lease(former.grantId))).to.not.equal(undefined);
        const next = again(request);
        expect(granted(await there.acquire(next))).to.deep.equal({
          ...former,
          grantId: next.grantId,
          fresh: true,
        });
        expect(await here.renew([lease(former.grantId)])).to.deep.equal(['lost']);
        expect(await here.confirm(lease(former.grantId))).to.equal(undefined);
        expect(await here.release(name, former.grantId)).to.equal(false);
        expect(await there.confirm(lease(next.grantId))).to.not.equal(undefined);
        expect(await there.renew([lease(next.grantId)])).to.deep.equal(['renewed']);
      });

      it('that was not, can be confirmed by the earlier one no more', async () => {
        const request = rig.ask('ben');
        const { grantId } = granted(await here.acquire(request));
        const next = again(request);
        granted(await there.acquire(next));
        expect(await here.confirm(lease(grantId))).to.equal(undefined);
        expect(await here.raise(name, grantId, 9)).to.equal(undefined);
        expect(await here.release(name, grantId)).to.equal(false);
        expect(await there.confirm(lease(next.grantId))).to.not.equal(undefined);
      });

      it('is no other session’s to have', async () => {
        const { grantId } = await rig.hold(here, 'ana');
        const stolen = await there.acquire(
          rig.ask('ben', { generation: 2, inPlaceOf: grantId, waitMs: 0 }),
        );
        expect(stolen.outcome).to.equal('locked');
        expect(await here.renew([lease(grantId)])).to.deep.equal(['renewed']);
      });

      it('has its time anew, however late it is had', async () => {
        const request = await grantedMeanwhile();
        await fixture.untilTrue(async () => (await here.inspect(name)).holders.length === 0);
        const next = again(request);
        granted(await there.acquire(next));
        expect((await here.acquire(rig.ask('cas'))).outcome).to.equal('locked');
        expect(await there.confirm(lease(next.grantId))).to.not.equal(undefined);
      });

      it('to read is not enough for who asks to write beside other readers', async () => {
        const request = await grantedMeanwhile({ mode: 'shared' });
        await rig.hold(here, 'cas', { mode: 'shared' });
        const answer = await there.acquire(again(request, { mode: 'exclusive' }));
        expect(answer.outcome).to.equal('locked');
      });

      it('to read becomes one to write where nobody else reads', async () => {
        const request = await grantedMeanwhile({ mode: 'shared' });
        const next = again(request, { mode: 'exclusive' });
        const grant = granted(await there.acquire(next));
        expect(grant).to.include({ grantId: next.grantId, mode: 'exclusive', fresh: true });
        expect(await here.confirm(lease(request.grantId))).to.equal(undefined);
      });

      it('to write is enough for who asks to read', async () => {
        const request = await grantedMeanwhile();
        const next = again(request, { mode: 'shared' });
        const grant = granted(await there.acquire(next));
        expect(grant).to.include({ grantId: next.grantId, mode: 'exclusive' });
      });
    });

    describe('a lock to take over', () => {
      const takeOver = (session: string, generation: number) => ({
        ...rig.ask(session, { generation }),
      });

      it('is somebody else’s once its lease ran out and it was granted again', async () => {
        await rig.hold(here, 'ana', { ttlMs: SHORT_MS });
        const { answer } = await rig.queue(here, 'ben');
        granted(await fixture.until(answer));
        expect(await there.takeOver(takeOver('ana', 2))).to.equal(undefined);
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
      });

      it('is renewed under its new grant where the session asks for it again', async () => {
        const { token } = await rig.hold(here, 'ana');
        const order = takeOver('ana', 2);
        await there.takeOver(order);
        const grant = granted(await there.acquire(rig.ask('ana', { generation: 2 })));
        expect(grant).to.deep.equal({
          grantId: order.grantId,
          token,
          mode: 'exclusive',
          fresh: false,
        });
      });

      it('is as well remembered as one that was granted', async () => {
        const { grantId } = await rig.acquire(here, 'ana');
        const confirmed = await here.confirm(lease(grantId));
        expect(confirmed?.copies).to.be.a('number').that.is.at.least(0);
        const taken = await there.takeOver(takeOver('ana', 2));
        expect(taken?.copies).to.equal(confirmed?.copies);
      });
    });
  });
}
