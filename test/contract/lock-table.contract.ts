import { expect } from 'chai';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import type { Grant, LockTable } from '../../src/locks/lock-table.js';
import type { GrantId, LockState } from '../../src/locks/model.js';
import {
  granted,
  LONG_MS,
  type LockTableFixture,
  LockTableRig,
  SHORT_MS,
  sessionsOf,
} from './lock-table-rig.js';

/** What every lock table promises, whatever it keeps its locks in. */
export function describeLockTable(title: string, start: () => Promise<LockTableFixture>): void {
  describe(title, () => {
    let fixture: LockTableFixture;
    let here: LockTable;
    let there: LockTable;
    let name: string;
    let rig: LockTableRig;

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
      rig = new LockTableRig(fixture);
      ({ name } = rig);
    });

    afterEach(() => fixture.close());

    const ask: LockTableRig['ask'] = (...asked) => rig.ask(...asked);
    const acquire: LockTableRig['acquire'] = (...asked) => rig.acquire(...asked);
    const hold: LockTableRig['hold'] = (...asked) => rig.hold(...asked);
    const queue: LockTableRig['queue'] = (...asked) => rig.queue(...asked);

    const expired = (): Promise<void> =>
      fixture.untilTrue(async () => {
        const { holders } = await here.inspect(name);
        return holders.every((holder) => holder.remainingMs === 0);
      });

    describe('granting', () => {
      it('grants a free lock, and says who holds it', async () => {
        const { grantId, token, mode, fresh } = await hold(here, 'ana', { ttlMs: LONG_MS });
        expect({ token, mode, fresh }).to.deep.equal({ token: 1, mode: 'exclusive', fresh: true });
        const state = await there.inspect(name);
        expect(state.name).to.equal(name);
        expect(state.waiting).to.equal(0);
        const [holder] = state.holders;
        expect(state.holders).to.have.length(1);
        expect(holder).to.include({
          session: 'ana',
          mode: 'exclusive',
          token: 1,
          holder: "ana's program",
          address: '192.0.2.1:4711',
        });
        expect(holder?.remainingMs).to.be.within(LONG_MS - 5_000, LONG_MS);
        expect(holder?.sinceMs).to.be.above(1_600_000_000_000);
        expect(await here.release(name, grantId)).to.equal(true);
        expect((await there.inspect(name)).holders).to.deep.equal([]);
      });

      it('denies what is taken to a request that does not want to wait', async () => {
        await hold(here, 'ana');
        for (const mode of ['exclusive', 'shared'] as const) {
          const denied = await there.acquire(ask('ben', { mode }));
          expect(denied.outcome).to.equal('locked');
          if (denied.outcome !== 'locked') throw new Error('unreachable');
          expect(sessionsOf(denied.state)).to.deep.equal(['ana']);
        }
      });

      it('keeps names apart', async () => {
        await hold(here, 'ana');
        const other = await hold(there, 'ben', { name: `${name}.other` });
        expect(other.token).to.equal(1);
      });

      it('lets any number of readers in, and no writer beside them', async () => {
        const first = await hold(here, 'ana', { mode: 'shared' });
        const second = await hold(there, 'ben', { mode: 'shared' });
        expect(second.token).to.equal(first.token);
        expect((await here.acquire(ask('cas'))).outcome).to.equal('locked');
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ana', 'ben']);
      });

      it('lists every name that is held, and no other', async () => {
        const others = [`${name}.1`, `${name}.2`];
        await hold(here, 'ana');
        for (const other of others) await hold(here, 'ana', { name: other, mode: 'shared' });
        const freed = await hold(here, 'ana', { name: `${name}.3` });
        await here.release(`${name}.3`, freed.grantId);
        const listed = new Map<string, LockState>();
        for await (const state of there.list()) listed.set(state.name, state);
        const ours = [...listed.keys()].filter((listedName) => listedName.startsWith(name)).sort();
        expect(ours).to.deep.equal([name, ...others]);
        expect(listed.get(others[0] ?? '')?.holders[0]?.mode).to.equal('shared');
      });
    });

    describe('tokens', () => {
      it('rise with every exclusive grant, also across a time when the lock was free', async () => {
        for (const token of [1, 2, 3]) {
          const grant = await hold(token % 2 === 0 ? here : there, 'ana');
          expect(grant.token).to.equal(token);
          await here.release(name, grant.grantId);
        }
      });

      it('rise with the first shared grant after an exclusive one, and only with that', async () => {
        const writer = await hold(here, 'ana');
        await here.release(name, writer.grantId);
        const readers = [
          await hold(here, 'ben', { mode: 'shared' }),
          await hold(there, 'cas', { mode: 'shared' }),
        ];
        for (const { grantId } of readers) await here.release(name, grantId);
        const later = await hold(here, 'dan', { mode: 'shared' });
        expect(readers.map(({ token }) => token)).to.deep.equal([2, 2]);
        expect(later.token).to.equal(2);
      });

      it('are raised above the store for a live grant, and go on from there', async () => {
        const grant = await acquire(here, 'ana');
        expect(await here.raise(name, grant.grantId, 41)).to.equal(42);
        expect(await here.raise(name, grant.grantId, 7)).to.equal(43);
        expect((await there.inspect(name)).holders[0]?.token).to.equal(43);
        await here.release(name, grant.grantId);
        expect((await acquire(there, 'ben')).token).to.equal(44);
      });

      it('stay exact where they are large', async () => {
        const grant = await acquire(here, 'ana');
        const large = 2 ** 52 + 1;
        expect(await here.raise(name, grant.grantId, large)).to.equal(large + 1);
        const { answer } = await queue(there, 'ben');
        await here.release(name, grant.grantId);
        expect(granted(await fixture.until(answer)).token).to.equal(large + 2);
      });

      it('are not raised for a grant that is over', async () => {
        const late = await hold(here, 'ana');
        await here.release(name, late.grantId);
        const now = await hold(there, 'ben');
        expect(await here.raise(name, late.grantId, 100)).to.equal(undefined);
        expect((await there.inspect(name)).holders[0]?.token).to.equal(now.token);
      });
    });

    describe('asking again', () => {
      it('renews what the session holds, and keeps the earlier grant', async () => {
        const first = await hold(here, 'ana', { ttlMs: 20_000 });
        const again = await acquire(here, 'ana', { ttlMs: 50_000 });
        expect(again).to.deep.equal({ ...first, fresh: false });
        expect((await here.inspect(name)).holders[0]?.remainingMs).to.be.above(40_000);
      });

      it('takes the stronger lock for the weaker one', async () => {
        const writer = await hold(here, 'ana');
        const again = await acquire(here, 'ana', { mode: 'shared' });
        expect(again).to.deep.equal({ ...writer, fresh: false });
      });

      it('does not confirm what has not been confirmed', async () => {
        await acquire(here, 'ana');
        await acquire(here, 'ana');
        const { answer } = await queue(there, 'ben');
        expect(granted(await fixture.until(answer)).token).to.equal(2);
      });

      it('lets the only reader write, under a new token', async () => {
        const reader = await hold(here, 'ana', { mode: 'shared' });
        const writer = await hold(here, 'ana');
        expect(writer).to.include({ mode: 'exclusive', fresh: true, token: reader.token + 1 });
        expect(await here.renew([lease(reader)])).to.deep.equal(['lost']);
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ana']);
      });

      it('denies writing to one of several readers, even one that would wait', async () => {
        const reader = await hold(here, 'ana', { mode: 'shared' });
        const other = await hold(there, 'ben', { mode: 'shared' });
        const denied = await here.acquire(ask('ana', { waitMs: LONG_MS }));
        expect(denied.outcome).to.equal('locked');
        expect(await here.renew([lease(reader), lease(other)])).to.deep.equal([
          'renewed',
          'renewed',
        ]);
      });

      it('denies writing to a reader behind whom somebody waits', async () => {
        await hold(here, 'ana', { mode: 'shared' });
        await queue(there, 'ben');
        expect((await here.acquire(ask('ana'))).outcome).to.equal('locked');
      });
    });

    const lease = ({ grantId }: Grant, ttlMs = LONG_MS) => ({ name, grantId, ttlMs });

    describe('waiting', () => {
      it('hands over at the release, across replicas, in one step', async () => {
        const holder = await hold(here, 'ana');
        const { answer, request } = await queue(there, 'ben');
        expect((await here.inspect(name)).waiting).to.equal(1);
        await here.release(name, holder.grantId);
        const state = await here.inspect(name);
        expect(sessionsOf(state)).to.deep.equal(['ben']);
        expect(state.waiting).to.equal(0);
        const grant = granted(await answer);
        expect(grant).to.deep.equal({
          grantId: request.grantId,
          token: 2,
          mode: 'exclusive',
          fresh: true,
        });
      });

      it('is first in, first out', async () => {
        const order: string[] = [];
        let holder = await hold(here, 'first');
        const sessions = Array.from({ length: 12 }, (_, index) => `session ${index}`);
        const waits = [];
        for (const [index, session] of sessions.entries()) {
          waits.push(await queue(index % 2 === 0 ? here : there, session));
        }
        for (const [index, { answer }] of waits.entries()) {
          await here.release(name, holder.grantId);
          holder = granted(await answer);
          order.push(sessions[index] ?? '');
          expect(sessionsOf(await here.inspect(name))).to.deep.equal([sessions[index]]);
        }
        expect(order).to.deep.equal(sessions);
      });

      it('grants to a hundred who come at once, one after the other', async () => {
        let inside = 0;
        let most = 0;
        const tokens: number[] = [];
        const work = async (index: number): Promise<void> => {
          const table = index % 2 === 0 ? here : there;
          const grant = await hold(table, `session ${index}`, { waitMs: LONG_MS });
          inside += 1;
          most = Math.max(most, inside);
          tokens.push(grant.token);
          await fixture.arrived();
          inside -= 1;
          expect(await table.release(name, grant.grantId)).to.equal(true);
        };
        await Promise.all(Array.from({ length: 100 }, (_, index) => work(index)));
        expect(most).to.equal(1);
        expect(tokens).to.deep.equal(Array.from({ length: 100 }, (_, index) => index + 1));
      });

      it('lets no reader pass a writer who came earlier', async () => {
        const reader = await hold(here, 'ana', { mode: 'shared' });
        const writer = await queue(there, 'ben');
        expect((await here.acquire(ask('cas', { mode: 'shared' }))).outcome).to.equal('locked');
        const late = await queue(here, 'dan', { mode: 'shared' });
        await here.release(name, reader.grantId);
        const writing = granted(await writer.answer);
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
        await there.release(name, writing.grantId);
        expect(granted(await late.answer).token).to.equal(writing.token + 1);
      });

      it('grants to readers who wait side by side together, up to the next writer', async () => {
        const holder = await hold(here, 'ana');
        const readers = [
          await queue(there, 'ben', { mode: 'shared' }),
          await queue(here, 'cas', { mode: 'shared' }),
        ];
        const writer = await queue(there, 'dan');
        const behind = await queue(here, 'eva', { mode: 'shared' });
        await here.release(name, holder.grantId);
        const grants = await Promise.all(readers.map(async ({ answer }) => granted(await answer)));
        const state = await here.inspect(name);
        expect(sessionsOf(state)).to.deep.equal(['ben', 'cas']);
        expect(state.waiting).to.equal(2);
        for (const { grantId } of grants) await here.release(name, grantId);
        await here.release(name, granted(await writer.answer).grantId);
        expect(granted(await behind.answer).mode).to.equal('shared');
      });

      it('times out, leaves the queue, and says who held it', async () => {
        await hold(here, 'ana');
        const answer = await fixture.until(there.acquire(ask('ben', { waitMs: SHORT_MS })));
        expect(answer.outcome).to.equal('timeout');
        if (answer.outcome !== 'timeout') throw new Error('unreachable');
        expect(sessionsOf(answer.state)).to.deep.equal(['ana']);
        expect((await here.inspect(name)).waiting).to.equal(0);
      });

      it('lets readers through when the writer in front of them gives up', async () => {
        await hold(here, 'ana', { mode: 'shared' });
        // Long enough for the reader to come while the writer still waits, also on a busy machine.
        const writer = await queue(there, 'ben', { waitMs: 10 * SHORT_MS });
        const reader = await queue(here, 'cas', { mode: 'shared' });
        expect((await fixture.until(writer.answer)).outcome).to.equal('timeout');
        expect(granted(await reader.answer).mode).to.equal('shared');
      });

      it('ends by signal; nothing is queued or held after that', async () => {
        const holder = await hold(here, 'ana');
        const leaving = new AbortController();
        const left = await queue(there, 'ben', { signal: leaving.signal });
        const next = await queue(there, 'cas');
        leaving.abort();
        expect(await left.answer).to.deep.equal({ outcome: 'cancelled' });
        expect((await here.inspect(name)).waiting).to.equal(1);
        await here.release(name, holder.grantId);
        expect(granted(await next.answer).token).to.equal(2);
      });

      it('does not begin when the signal was given before', async () => {
        const request = ask('ana', { waitMs: LONG_MS, signal: AbortSignal.abort() });
        expect(await here.acquire(request)).to.deep.equal({ outcome: 'cancelled' });
        expect((await here.inspect(name)).holders).to.deep.equal([]);
      });

      it('ends as cancelled when the table is closed, without a grant on the way out', async () => {
        const held = await hold(here, 'ana', { mode: 'shared' });
        const waits = [await queue(there, 'ben'), await queue(there, 'cas', { mode: 'shared' })];
        await there.close();
        const outcomes = await Promise.all(waits.map(async ({ answer }) => (await answer).outcome));
        expect(outcomes[0]).to.equal('cancelled');
        expect(outcomes[1]).to.equal('cancelled');
        const failure = await there.acquire(ask('dan')).catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(LockTableUnavailable);
        expect(held.fresh).to.equal(true);
      });
    });

    describe('leases', () => {
      it('pass on when they run out', async () => {
        const late = await hold(here, 'ana', { ttlMs: SHORT_MS });
        const { answer } = await queue(there, 'ben');
        const grant = granted(await fixture.until(answer));
        expect(grant.token).to.equal(2);
        expect(await here.renew([lease(late)])).to.deep.equal(['lost']);
        expect(await here.release(name, late.grantId)).to.equal(false);
        expect(await here.confirm(lease(late))).to.equal(undefined);
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
      });

      it('are granted to who asks after the end, with a new token', async () => {
        const late = await hold(here, 'ana', { ttlMs: SHORT_MS });
        await expired();
        const grant = await hold(there, 'ben');
        expect(grant.token).to.equal(late.token + 1);
        expect(await here.renew([lease(late)])).to.deep.equal(['lost']);
      });

      for (const mode of ['exclusive', 'shared'] as const) {
        it(`that are ${mode} and ran out end for good with the grant to a reader`, async () => {
          const late = await hold(here, 'ana', { mode, ttlMs: SHORT_MS });
          await expired();
          const reader = await hold(there, 'ben', { mode: 'shared' });
          expect(reader.token).to.equal(mode === 'exclusive' ? late.token + 1 : late.token);
          expect(await here.renew([lease(late)])).to.deep.equal(['lost']);
          expect(await here.confirm(lease(late))).to.equal(undefined);
          expect(await here.raise(name, late.grantId, 9)).to.equal(undefined);
          expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ben']);
        });
      }

      it('stay their holder’s to renew after the end, until somebody else is granted', async () => {
        const late = await hold(here, 'ana', { ttlMs: SHORT_MS });
        await expired();
        expect(sessionsOf(await here.inspect(name))).to.deep.equal(['ana']);
        expect(await here.renew([lease(late)])).to.deep.equal(['renewed']);
        expect((await there.acquire(ask('ben'))).outcome).to.equal('locked');
      });

      it('stay their holder’s to take again after the end, under the same token', async () => {
        const late = await hold(here, 'ana', { ttlMs: SHORT_MS });
        await expired();
        expect(await acquire(here, 'ana')).to.deep.equal({ ...late, fresh: false });
      });

      it('that ran out can be ended for good, and are no longer renewed or taken again', async () => {
        const late = await hold(here, 'ana', { ttlMs: SHORT_MS });
        await expired();
        expect((await there.endExpired(name)).holders).to.deep.equal([]);
        expect((await there.inspect(name)).holders).to.deep.equal([]);
        expect(await here.renew([lease(late)])).to.deep.equal(['lost']);
        expect(await here.confirm(lease(late))).to.equal(undefined);
        const again = await acquire(here, 'ana');
        expect(again).to.include({ fresh: true });
        expect(again.token).to.be.above(late.token);
      });

      it('that run are not ended with those that ran out', async () => {
        await hold(here, 'ana', { mode: 'shared', ttlMs: SHORT_MS });
        await expired();
        const grant = await hold(there, 'ben', { mode: 'shared' });
        expect(sessionsOf(await here.endExpired(name))).to.deep.equal(['ben']);
        expect(await there.renew([lease(grant)])).to.deep.equal(['renewed']);
        expect((await here.endExpired(`${name}/free`)).holders).to.deep.equal([]);
      });

      it('run on when they are renewed in time; who waits waits on', async () => {
        const holder = await hold(here, 'ana', { ttlMs: SHORT_MS });
        const { answer } = await queue(there, 'ben', { waitMs: 4 * SHORT_MS });
        expect(await here.renew([lease(holder)])).to.deep.equal(['renewed']);
        expect((await fixture.until(answer)).outcome).to.equal('timeout');
      });

      it('can be shortened; who waits learns of it', async () => {
        const holder = await hold(here, 'ana');
        const { answer } = await queue(there, 'ben');
        expect(await here.renew([lease(holder, SHORT_MS)])).to.deep.equal(['renewed']);
        expect(granted(await fixture.until(answer)).token).to.equal(2);
      });

      it('are renewed many at once, each with its own outcome, in order', async () => {
        const names = Array.from({ length: 1_203 }, (_, index) => `${name}/${index}`);
        const leases = [];
        for (const each of names) {
          const grant = await hold(here, 'ana', { name: each, ttlMs: LONG_MS });
          leases.push({ name: each, grantId: grant.grantId, ttlMs: 2 * LONG_MS });
        }
        const lost = [0, 499, 500, 777, 1_202];
        for (const index of lost) {
          const gone = leases[index];
          if (gone !== undefined) await here.release(gone.name, gone.grantId);
        }
        const outcomes = await here.renew(leases);
        expect(outcomes).to.have.length(names.length);
        const found = outcomes.flatMap((outcome, index) => (outcome === 'lost' ? [index] : []));
        expect(found).to.deep.equal(lost);
        const [last] = (await here.inspect(`${name}/1201`)).holders;
        expect(last?.remainingMs).to.be.above(LONG_MS);
      });

      it('of several readers of one name are renewed together', async () => {
        const readers = [];
        for (const session of ['ana', 'ben', 'cas']) {
          readers.push(await hold(here, session, { mode: 'shared' }));
        }
        await here.release(name, readers[1]?.grantId ?? ('' as GrantId));
        expect(await here.renew(readers.map((reader) => lease(reader)))).to.deep.equal([
          'renewed',
          'lost',
          'renewed',
        ]);
      });

      it('of one reader that ran out do not hold up a writer for another one', async () => {
        await hold(here, 'ana', { mode: 'shared', ttlMs: SHORT_MS });
        const other = await hold(here, 'ben', { mode: 'shared' });
        const { answer } = await queue(there, 'cas');
        await here.release(name, other.grantId);
        expect(granted(await fixture.until(answer)).mode).to.equal('exclusive');
      });
    });

    describe('unconfirmed grants', () => {
      it('pass on after a short while, whatever lease was asked for', async () => {
        const forgotten = await acquire(here, 'ana');
        const [holder] = (await here.inspect(name)).holders;
        expect(holder?.remainingMs).to.be.within(1, fixture.provisionalMs);
        const { answer } = await queue(there, 'ben');
        expect(granted(await fixture.until(answer)).token).to.equal(2);
        expect(await here.confirm(lease(forgotten))).to.equal(undefined);
      });

      it('handed to one who does not confirm, pass on to the next', async () => {
        const holder = await hold(here, 'ana');
        const deaf = await queue(here, 'ben');
        const next = await queue(there, 'cas');
        await here.release(name, holder.grantId);
        granted(await deaf.answer);
        expect(granted(await fixture.until(next.answer)).token).to.equal(3);
      });

      it('may be confirmed late while nobody else was granted', async () => {
        const slow = await acquire(here, 'ana');
        await fixture.untilTrue(async () => (await here.inspect(name)).holders.length === 0);
        expect(await here.confirm(lease(slow))).to.not.equal(undefined);
        expect(sessionsOf(await there.inspect(name))).to.deep.equal(['ana']);
      });

      it('are not renewed', async () => {
        const grant = await acquire(here, 'ana');
        expect(await here.renew([lease(grant)])).to.deep.equal(['lost']);
      });

      it('are released like others', async () => {
        const grant = await acquire(here, 'ana');
        const { answer } = await queue(there, 'ben');
        expect(await here.release(name, grant.grantId)).to.equal(true);
        expect(granted(await answer).token).to.equal(2);
        expect(await here.release(name, grant.grantId)).to.equal(false);
      });
    });
  });
}
