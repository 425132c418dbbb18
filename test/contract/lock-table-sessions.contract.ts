import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  type Acquisition,
  LEAVE_PLACE,
  type LockNotice,
  type LockRequest,
  type LockTable,
  type TakeOver,
} from '../../src/locks/lock-table.js';
import { type GrantId, MAX_SHOWN_WAITERS, type SessionId } from '../../src/locks/model.js';
import {
  granted,
  LONG_MS,
  type LockTableFixture,
  LockTableRig,
  SHORT_MS,
  sessionsOf,
} from './lock-table-rig.js';

/** What a lock table promises to sessions that come back, break in, and wait for each other. */
export function describeLockTableSessions(
  title: string,
  start: () => Promise<LockTableFixture>,
): void {
  describe(`${title}, for sessions`, () => {
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

    const waitingReaches = (count: number): Promise<void> =>
      fixture.untilTrue(async () => (await here.inspect(name)).waiting === count);

    const outcomeOf = async (answer: Promise<Acquisition>): Promise<string> =>
      (await fixture.until(answer)).outcome;

    describe('what is told of holders and waiters', () => {
      it('has the holder’s note and the first in line, in order', async () => {
        await rig.hold(here, 'ana', { note: 'nightly build' });
        await rig.queue(there, 'ben', { mode: 'shared' });
        await rig.queue(here, 'cas');
        const state = await there.inspect(name);
        expect(state.holders[0]).to.include({ note: 'nightly build' });
        expect(state.queue).to.deep.equal([
          {
            session: 'ben',
            mode: 'shared',
            holder: "ben's program",
            address: '192.0.2.1:4711',
          },
          {
            session: 'cas',
            mode: 'exclusive',
            holder: "cas's program",
            address: '192.0.2.1:4711',
          },
        ]);
      });

      it('names some of many', async () => {
        await rig.hold(here, 'ana');
        const answers: Promise<Acquisition>[] = [];
        for (let i = 0; i < MAX_SHOWN_WAITERS + 3; i++) {
          answers.push((await rig.queue(here, `waiter ${i}`)).answer);
        }
        const state = await there.inspect(name);
        expect(state.waiting).to.equal(MAX_SHOWN_WAITERS + 3);
        expect(state.queue.map(({ session }) => session)).to.deep.equal(
          Array.from({ length: MAX_SHOWN_WAITERS }, (_, i) => `waiter ${i}`),
        );
      });

      it('reaches who waits, with the place, and who gives up, with the place reached', async () => {
        await rig.hold(here, 'ana', { note: 'mine' });
        await rig.queue(here, 'ben');
        const places: number[] = [];
        const notes: (string | undefined)[] = [];
        const { answer } = await rig.queue(there, 'cas', {
          waitMs: SHORT_MS,
          onQueued: ({ position, state }) => {
            places.push(position);
            notes.push(state.holders[0]?.note);
          },
        });
        const given = await fixture.until(answer);
        expect(given).to.include({ outcome: 'timeout', position: 2 });
        expect([places, notes]).to.deep.equal([[2], ['mine']]);
      });

      it('tells a holder, on its own replica, when somebody waits', async () => {
        const notices: LockNotice[] = [];
        here.onNotice((notice) => notices.push(notice));
        const { grantId } = await rig.hold(here, 'ana');
        await rig.queue(there, 'ben');
        await fixture.untilTrue(async () => notices.length > 0);
        expect(notices).to.deep.equal([{ kind: 'waited-for', name, grantId, waiting: 1 }]);
      });
    });

    describe('a place in the queue', () => {
      let holder: GrantId;

      beforeEach(async () => {
        ({ grantId: holder } = await rig.hold(here, 'ana'));
      });

      const again = (former: LockRequest, wish: Partial<LockRequest> = {}): LockRequest =>
        rig.ask(former.session, {
          waitMs: LONG_MS,
          generation: former.generation + 1,
          inPlaceOf: former.grantId,
          ...wish,
        });

      it('passes to the same session’s next request, on any replica', async () => {
        const { answer, request } = await rig.queue(here, 'ben');
        await rig.queue(here, 'cas');
        const next = there.acquire(again(request));
        expect(await outcomeOf(answer)).to.equal('superseded');
        expect((await here.inspect(name)).waiting).to.equal(2);
        await here.release(name, holder);
        expect(granted(await fixture.until(next)).fresh).to.equal(true);
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
      });

      it('is kept for a session whose replica let go of it', async () => {
        const leaving = new AbortController();
        const { answer, request } = await rig.queue(here, 'ben', { signal: leaving.signal });
        await rig.queue(here, 'cas');
        leaving.abort(LEAVE_PLACE);
        expect(await outcomeOf(answer)).to.equal('cancelled');
        expect((await there.inspect(name)).waiting).to.equal(2);
        const next = there.acquire(again(request));
        await fixture.arrived();
        await here.release(name, holder);
        expect(granted(await fixture.until(next)).mode).to.equal('exclusive');
      });

      it('that was granted while nobody looked after it is had by who asks in time', async () => {
        const leaving = new AbortController();
        const { answer, request } = await rig.queue(here, 'ben', { signal: leaving.signal });
        leaving.abort(LEAVE_PLACE);
        await fixture.until(answer);
        await here.release(name, holder);
        await waitingReaches(0);
        await rig.queue(here, 'cas');
        const next = again(request);
        const grant = granted(await there.acquire(next));
        expect(grant.grantId).to.equal(next.grantId);
        expect(await there.confirm({ name, grantId: next.grantId, ttlMs: LONG_MS })).to.not.equal(
          undefined,
        );
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
      });

      it('that nobody looks after any more passes on', async () => {
        const leaving = new AbortController();
        const { answer } = await rig.queue(here, 'ben', { signal: leaving.signal });
        leaving.abort(LEAVE_PLACE);
        await fixture.until(answer);
        const { answer: next } = await rig.queue(there, 'cas');
        await here.release(name, holder);
        granted(await fixture.until(next));
      });

      it('that is gone makes an ordinary request of who asks for it', async () => {
        const gone = rig.ask('ben');
        const { answer } = await rig.queue(here, 'cas');
        const next = there.acquire(again(gone));
        await waitingReaches(2);
        await here.release(name, holder);
        granted(await fixture.until(answer));
        next.catch(() => undefined);
      });

      it('is given up by the same session’s next request that does not wait', async () => {
        const { answer, request } = await rig.queue(here, 'ben');
        expect((await there.acquire(again(request, { waitMs: 0 }))).outcome).to.equal('locked');
        expect(await outcomeOf(answer)).to.equal('superseded');
        expect((await here.inspect(name)).waiting).to.equal(0);
      });

      it('is not taken by a replica that the session has left', async () => {
        const { request } = await rig.queue(there, 'ben', { generation: 3 });
        const late = await here.acquire(again(request, { generation: 2 }));
        expect(late.outcome).to.equal('locked');
        expect((await here.inspect(name)).waiting).to.equal(1);
      });

      it('runs out with the wait of the later request', async () => {
        const { request } = await rig.queue(here, 'ben');
        const next = there.acquire(again(request, { waitMs: SHORT_MS }));
        expect(await outcomeOf(next)).to.equal('timeout');
        expect((await here.inspect(name)).waiting).to.equal(0);
      });
    });

    describe('a lock taken over', () => {
      const takeOver = (session: string, generation: number): TakeOver => ({
        name,
        session: session as SessionId,
        generation,
        grantId: randomUUID() as GrantId,
        ttlMs: LONG_MS,
        address: '192.0.2.8:8000',
      });

      for (const mode of ['exclusive', 'shared'] as const) {
        it(`is the new replica’s alone (${mode})`, async () => {
          const former = await rig.hold(here, 'ana', { mode, note: 'mine' });
          const order = takeOver('ana', 2);
          expect(await there.takeOver(order)).to.include({
            mode,
            token: former.token,
            note: 'mine',
          });
          const lease = { name, grantId: former.grantId, ttlMs: LONG_MS };
          expect(await here.renew([lease])).to.deep.equal(['lost']);
          expect(await here.confirm(lease)).to.equal(undefined);
          expect(await here.release(name, former.grantId)).to.equal(false);
          expect(await there.renew([{ ...lease, grantId: order.grantId }])).to.deep.equal([
            'renewed',
          ]);
          expect((await here.inspect(name)).holders[0]).to.include({ address: '192.0.2.8:8000' });
          expect(await there.release(name, order.grantId)).to.equal(true);
        });
      }

      it('has its lease anew, also where it had run out unclaimed', async () => {
        await rig.hold(here, 'ana', { ttlMs: SHORT_MS });
        await fixture.untilTrue(
          async () => (await here.inspect(name)).holders[0]?.remainingMs === 0,
        );
        expect(await there.takeOver(takeOver('ana', 2))).to.not.equal(undefined);
        const remaining = (await here.inspect(name)).holders[0]?.remainingMs;
        expect(remaining).to.be.above(LONG_MS - 5_000);
      });

      it('is not had by an earlier generation, nor by the same one twice', async () => {
        await rig.hold(here, 'ana', { generation: 2 });
        expect(await there.takeOver(takeOver('ana', 1))).to.equal(undefined);
        expect(await there.takeOver(takeOver('ana', 2))).to.equal(undefined);
        expect(await there.takeOver(takeOver('ana', 3))).to.not.equal(undefined);
        expect(await here.takeOver(takeOver('ana', 3))).to.equal(undefined);
      });

      it('must be held, and confirmed, by that session', async () => {
        expect(await there.takeOver(takeOver('ana', 2))).to.equal(undefined);
        await rig.acquire(here, 'ana');
        expect(await there.takeOver(takeOver('ana', 2))).to.equal(undefined);
        expect(await there.takeOver(takeOver('ben', 2))).to.equal(undefined);
      });

      it('is denied to what its former replica still asks', async () => {
        await rig.hold(here, 'ana');
        await there.takeOver(takeOver('ana', 2));
        expect((await here.acquire(rig.ask('ana'))).outcome).to.equal('locked');
        expect((await there.acquire(rig.ask('ana', { generation: 2 }))).outcome).to.equal(
          'granted',
        );
      });

      it('still keeps others out, and is handed on when it ends', async () => {
        await rig.hold(here, 'ana');
        const { answer } = await rig.queue(here, 'ben');
        const order = takeOver('ana', 2);
        await there.takeOver(order);
        expect((await here.inspect(name)).waiting).to.equal(1);
        await there.release(name, order.grantId);
        granted(await fixture.until(answer));
      });
    });

    describe('a lock that is broken', () => {
      const order = (token = 0) => ({ name, token, by: 'an operator', reason: 'stuck' });

      it('is nobody’s, and its holders are told, each on its replica', async () => {
        const [noticedHere, noticedThere]: [LockNotice[], LockNotice[]] = [[], []];
        here.onNotice((notice) => noticedHere.push(notice));
        there.onNotice((notice) => noticedThere.push(notice));
        const one = await rig.hold(here, 'ana', { mode: 'shared', note: 'mine' });
        const two = await rig.hold(there, 'ben', { mode: 'shared' });
        const ended = await there.break(order(one.token));
        expect(ended.map(({ session }) => session)).to.have.members(['ana', 'ben']);
        expect((await here.inspect(name)).holders).to.deep.equal([]);
        const lease = { name, grantId: one.grantId, ttlMs: LONG_MS };
        expect(await here.renew([lease])).to.deep.equal(['lost']);
        expect(await here.release(name, one.grantId)).to.equal(false);
        const broken = ({ grantId }: { grantId: GrantId }): LockNotice => ({
          kind: 'broken',
          name,
          grantId,
          by: 'an operator',
          reason: 'stuck',
        });
        await fixture.untilTrue(async () => noticedHere.length > 0 && noticedThere.length > 0);
        // Of a table with one replica only both are the same, and told of both.
        const expectedHere = here === there ? [broken(one), broken(two)] : [broken(one)];
        expect(noticedHere).to.deep.equal(expectedHere);
        expect(noticedThere).to.deep.equal(here === there ? expectedHere : [broken(two)]);
      });

      it('is granted next under a token above the store’s', async () => {
        await rig.hold(here, 'ana');
        await there.break(order(40));
        expect((await rig.hold(here, 'ben')).token).to.equal(41);
      });

      it('passes to who waits', async () => {
        await rig.hold(here, 'ana');
        const { answer } = await rig.queue(there, 'ben');
        await here.break(order(7));
        expect(granted(await fixture.until(answer)).token).to.equal(8);
      });

      it('takes a grant that is not confirmed yet along', async () => {
        const { grantId } = await rig.acquire(here, 'ana');
        expect(await there.break(order(1))).to.deep.equal([]);
        expect(await here.confirm({ name, grantId, ttlMs: LONG_MS })).to.equal(undefined);
      });

      it('may be free', async () => {
        expect(await here.break(order(3))).to.deep.equal([]);
      });
    });

    describe('waits that would close a circle', () => {
      let files: Record<'a' | 'b' | 'c', string>;

      beforeEach(() => {
        files = { a: `${name}.a`, b: `${name}.b`, c: `${name}.c` };
      });

      const wait = (
        table: LockTable,
        session: string,
        file: 'a' | 'b' | 'c',
        wish: Partial<LockRequest> = {},
      ) => rig.queue(table, session, { name: files[file], holdsOthers: true, ...wish });

      const refused = async (
        table: LockTable,
        session: string,
        file: 'a' | 'b' | 'c',
      ): Promise<string[]> => {
        const request = rig.ask(session, {
          name: files[file],
          holdsOthers: true,
          waitMs: LONG_MS,
        });
        const answer = await fixture.until(table.acquire(request));
        if (answer.outcome !== 'deadlock') throw new Error(`it was ${answer.outcome}`);
        return answer.circle.map((step) => `${step.session} ${step.name.slice(-1)}`);
      };

      it('of two are refused to the one that closes it', async () => {
        await rig.hold(here, 'ana', { name: files.a });
        const held = await rig.hold(there, 'ben', { name: files.b });
        const { answer } = await wait(here, 'ana', 'b');
        expect(await refused(there, 'ben', 'a')).to.deep.equal(['ben a', 'ana b']);
        expect((await here.inspect(files.a)).waiting).to.equal(0);
        await there.release(files.b, held.grantId);
        granted(await fixture.until(answer));
      });

      it('of three are found, through readers, too', async () => {
        await rig.hold(here, 'ana', { name: files.a, mode: 'shared' });
        await rig.hold(there, 'zoe', { name: files.a, mode: 'shared' });
        await rig.hold(there, 'ben', { name: files.b });
        await rig.hold(here, 'cas', { name: files.c });
        await wait(here, 'ana', 'b');
        await wait(there, 'ben', 'c');
        expect(await refused(here, 'cas', 'a')).to.deep.equal(['cas a', 'ana b', 'ben c']);
      });

      it('are no circle when nobody waits for the one who asks', async () => {
        await rig.hold(here, 'ana', { name: files.a });
        await rig.hold(there, 'ben', { name: files.b });
        await rig.hold(here, 'cas', { name: files.c });
        await wait(here, 'ana', 'b');
        const { answer } = await wait(there, 'ben', 'c', { waitMs: SHORT_MS });
        expect(await outcomeOf(answer)).to.equal('timeout');
      });

      it('are no circle any more once the other wait is over', async () => {
        await rig.hold(here, 'ana', { name: files.a });
        await rig.hold(there, 'ben', { name: files.b });
        const leaving = new AbortController();
        const cancelled = await wait(here, 'ana', 'b', { signal: leaving.signal });
        leaving.abort();
        expect(await outcomeOf(cancelled.answer)).to.equal('cancelled');
        const timedOut = await wait(here, 'ana', 'b', { waitMs: SHORT_MS });
        expect(await outcomeOf(timedOut.answer)).to.equal('timeout');
        const { answer } = await wait(there, 'ben', 'a', { waitMs: SHORT_MS });
        expect(await outcomeOf(answer)).to.equal('timeout');
      });

      it('are no circle any more once the other was granted, and gave back, what it waited for', async () => {
        await rig.hold(here, 'ana', { name: files.a });
        const { grantId } = await rig.hold(there, 'ben', { name: files.b });
        const { answer, request } = await wait(here, 'ana', 'b');
        await there.release(files.b, grantId);
        granted(await fixture.until(answer));
        await here.release(files.b, request.grantId);
        await rig.hold(there, 'ben', { name: files.b });
        const later = await wait(there, 'ben', 'a', { waitMs: SHORT_MS });
        expect(await outcomeOf(later.answer)).to.equal('timeout');
      });
    });
  });
}
