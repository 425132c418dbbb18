import { expect } from 'chai';
import type { Break, LockNotice, LockTable } from '../../src/locks/lock-table.js';
import type { GrantId } from '../../src/locks/model.js';
import {
  LONG_MS,
  type LockTableFixture,
  LockTableRig,
  SHORT_MS,
  sessionsOf,
} from './lock-table-rig.js';

/** What holders are told, and what breaking a lock comes to in the rare cases. */
export function describeLockTableNotices(
  title: string,
  start: () => Promise<LockTableFixture>,
): void {
  describe(`${title}, and what it tells holders`, () => {
    let fixture: LockTableFixture;
    let here: LockTable;
    let there: LockTable;
    let rig: LockTableRig;
    let name: string;
    let toldHere: LockNotice[];
    let toldThere: LockNotice[];

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
      rig = new LockTableRig(fixture);
      ({ name } = rig);
      [toldHere, toldThere] = [[], []];
      here.onNotice((notice) => toldHere.push(notice));
      there.onNotice((notice) => toldThere.push(notice));
    });

    afterEach(() => fixture.close());

    const order = (token = 0): Break => ({ name, token, by: 'an operator', reason: 'stuck' });

    const broken = (grantId: GrantId): LockNotice => ({
      kind: 'broken',
      name,
      grantId,
      by: 'an operator',
      reason: 'stuck',
    });

    const waitedFor = (grantId: GrantId, waiting: number): LockNotice => ({
      kind: 'waited-for',
      name,
      grantId,
      waiting,
    });

    /** Where there can be one replica only, both listeners listen to the same. */
    const elsewhere = (told: readonly LockNotice[]): readonly LockNotice[] =>
      here === there ? told : [];

    it('counts who waits, to the replica of the holder and to no other', async () => {
      const { grantId } = await rig.hold(here, 'ana');
      await rig.queue(there, 'ben');
      await rig.queue(there, 'cas', { mode: 'shared' });
      await fixture.untilTrue(async () => toldHere.length === 2);
      expect(toldHere).to.deep.equal([waitedFor(grantId, 1), waitedFor(grantId, 2)]);
      await fixture.arrived();
      expect(toldThere).to.deep.equal(elsewhere(toldHere));
    });

    it('is quiet where somebody comes back to a place', async () => {
      const { grantId } = await rig.hold(here, 'ana');
      const { answer, request } = await rig.queue(there, 'ben');
      const positions: number[] = [];
      void there.acquire({
        ...rig.ask('ben', { waitMs: LONG_MS, generation: 2, inPlaceOf: request.grantId }),
        onQueued: ({ position }) => positions.push(position),
      });
      await fixture.until(answer);
      await fixture.untilTrue(async () => positions.length > 0 && toldHere.length > 0);
      await rig.queue(there, 'cas');
      await fixture.untilTrue(async () => toldHere.length > 1);
      expect(toldHere).to.deep.equal([waitedFor(grantId, 1), waitedFor(grantId, 2)]);
    });

    it('says nothing of a grant that is not confirmed', async () => {
      await rig.acquire(here, 'ana');
      await rig.queue(there, 'ben');
      await there.break(order());
      // Told after whatever would have been said of the first one.
      const { grantId } = await rig.hold(here, 'cas', { name: `${name}.other` });
      await there.break({ ...order(), name: `${name}.other` });
      const other = { ...broken(grantId), name: `${name}.other` };
      await fixture.untilTrue(async () => toldHere.length > 0);
      expect(toldHere).to.deep.equal([other]);
    });

    it('tells the replica that a lock was taken over by, under its new grant', async () => {
      await rig.hold(here, 'ana');
      const taking = rig.ask('ana', { generation: 2 });
      await there.takeOver(taking);
      await rig.queue(here, 'ben');
      await here.break(order());
      await fixture.untilTrue(async () => toldThere.length === 2);
      expect(toldThere).to.deep.equal([waitedFor(taking.grantId, 1), broken(taking.grantId)]);
      await fixture.arrived();
      expect(toldHere).to.deep.equal(elsewhere(toldThere));
    });

    it('tells nobody who does not listen any more', async () => {
      const late: LockNotice[] = [];
      const stop = here.onNotice((notice) => late.push(notice));
      await rig.hold(here, 'ana');
      stop();
      await there.break(order());
      await fixture.untilTrue(async () => toldHere.length > 0);
      expect(late).to.deep.equal([]);
    });

    describe('breaking', () => {
      it('ends a lease that ran out and nobody took', async () => {
        const { grantId } = await rig.hold(here, 'ana', { ttlMs: SHORT_MS });
        await fixture.untilTrue(
          async () => (await here.inspect(name)).holders[0]?.remainingMs === 0,
        );
        const [ended] = await there.break(order());
        expect(ended).to.include({ session: 'ana', remainingMs: 0 });
        expect(await here.renew([{ name, grantId, ttlMs: LONG_MS }])).to.deep.equal(['lost']);
        await fixture.untilTrue(async () => toldHere.length > 0);
        expect(toldHere).to.deep.equal([broken(grantId)]);
      });

      it('answers who held it as it was shown', async () => {
        await rig.hold(here, 'ana', { note: 'nightly build' });
        const [shown] = (await here.inspect(name)).holders;
        const [ended] = await there.break(order());
        expect({ ...ended, remainingMs: 0 }).to.deep.equal({ ...shown, remainingMs: 0 });
      });

      it('lowers no token', async () => {
        for (let grants = 0; grants < 3; grants++) {
          await here.release(name, (await rig.hold(here, 'ana')).grantId);
        }
        await rig.hold(here, 'ana');
        await there.break(order(2));
        expect((await rig.hold(here, 'ben')).token).to.equal(5);
      });

      it('raises the token of a free name, too', async () => {
        await there.break(order(30));
        expect((await rig.hold(here, 'ana')).token).to.equal(31);
      });

      it('leaves the former holder free to ask again, for another grant', async () => {
        const former = await rig.hold(here, 'ana');
        await there.break(order(1));
        const next = await rig.hold(here, 'ana');
        expect(next).to.include({ fresh: true, token: 2 });
        expect(await here.release(name, former.grantId)).to.equal(false);
        expect(sessionsOf(await there.inspect(name))).to.deep.equal(['ana']);
      });
    });
  });
}
