import { expect } from 'chai';
import {
  type Acquisition,
  LEAVE_PLACE,
  type LockRequest,
  type LockTable,
} from '../../src/locks/lock-table.js';
import {
  granted,
  LONG_MS,
  type LockTableFixture,
  LockTableRig,
  SHORT_MS,
} from './lock-table-rig.js';

/** Which waits are refused since they would never end, and which are not. */
export function describeLockTableCircles(
  title: string,
  start: () => Promise<LockTableFixture>,
): void {
  describe(`${title}, for sessions in a circle`, () => {
    let fixture: LockTableFixture;
    let here: LockTable;
    let there: LockTable;
    let rig: LockTableRig;
    let a: string;
    let b: string;

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
      rig = new LockTableRig(fixture);
      [a, b] = [`${rig.name}.a`, `${rig.name}.b`];
    });

    afterEach(() => fixture.close());

    const wish = (name: string, more: Partial<LockRequest> = {}): Partial<LockRequest> => ({
      name,
      holdsOthers: true,
      waitMs: LONG_MS,
      ...more,
    });

    /** Resolved once it has looked for circles of its own: the next one is who closes one. */
    const waits = async (
      table: LockTable,
      session: string,
      name: string,
      more: Partial<LockRequest> = {},
    ): Promise<{ readonly answer: Promise<Acquisition> }> => {
      let queued = false;
      const onQueued = (): void => {
        queued = true;
      };
      const answer = table.acquire(rig.ask(session, wish(name, { ...more, onQueued })));
      answer.catch(() => undefined); // looked at later, or not at all
      await fixture.untilTrue(async () => queued);
      return { answer };
    };

    const outcomeOf = async (answer: Promise<Acquisition>): Promise<string> =>
      (await fixture.until(answer)).outcome;

    const waitingFor = async (name: string): Promise<string[]> =>
      (await here.inspect(name)).queue.map(({ session }) => session);

    it('leaves the others in line, and tells the one refused of no place', async () => {
      await rig.hold(here, 'ana', { name: a });
      const held = await rig.hold(there, 'ben', { name: b });
      const ana = await waits(here, 'ana', b);
      await rig.queue(there, 'cas', { name: a });
      let told = 0;
      const onQueued = (): void => {
        told += 1;
      };
      const refused = there.acquire(rig.ask('ben', wish(a, { onQueued })));
      expect(await outcomeOf(refused)).to.equal('deadlock');
      expect(told).to.equal(0);
      expect(await waitingFor(a)).to.deep.equal(['cas']);
      await there.release(b, held.grantId);
      await here.release(b, granted(await fixture.until(ana.answer)).grantId);
      const [holder] = (await here.inspect(a)).holders;
      expect(holder?.session).to.equal('ana');
    });

    it('is not looked for by a session that holds nothing', async () => {
      await rig.hold(here, 'ana', { name: a });
      await rig.hold(there, 'ben', { name: b });
      await waits(here, 'ana', b);
      const waiting = there.acquire(
        rig.ask('ben', wish(a, { holdsOthers: false, waitMs: SHORT_MS })),
      );
      expect(await outcomeOf(waiting)).to.equal('timeout');
    });

    it('is none through a lease that ran out beside one that runs', async () => {
      await rig.hold(here, 'ana', { name: a, mode: 'shared', ttlMs: SHORT_MS });
      await rig.hold(there, 'cas', { name: a, mode: 'shared' });
      await rig.hold(there, 'ben', { name: b });
      await waits(here, 'ana', b);
      await fixture.untilTrue(async () => {
        const { holders } = await here.inspect(a);
        return holders.some(({ session, remainingMs }) => session === 'ana' && remainingMs === 0);
      });
      const waiting = there.acquire(rig.ask('ben', wish(a, { waitMs: SHORT_MS })));
      expect(await outcomeOf(waiting)).to.equal('timeout');
    });

    it('goes through a place that is kept for its session', async () => {
      await rig.hold(here, 'ana', { name: a });
      await rig.hold(there, 'ben', { name: b });
      const leaving = new AbortController();
      const ana = await waits(here, 'ana', b, { signal: leaving.signal });
      leaving.abort(LEAVE_PLACE);
      await fixture.until(ana.answer);
      expect(await outcomeOf(there.acquire(rig.ask('ben', wish(a))))).to.equal('deadlock');
    });

    it('costs who comes back to a place that place, and holds up nobody behind it', async () => {
      const { grantId } = await rig.hold(there, 'cas', { name: a });
      const held = await rig.hold(there, 'ben', { name: b });
      const leaving = new AbortController();
      const place = await rig.queue(here, 'ana', { name: b, signal: leaving.signal });
      const next = await rig.queue(there, 'dan', { name: b });
      leaving.abort(LEAVE_PLACE);
      await fixture.until(place.answer);
      const ana = await rig.queue(here, 'ana', { name: a, generation: 2 });
      await waits(there, 'ben', a);
      await there.release(a, grantId);
      const got = granted(await fixture.until(ana.answer));
      await here.confirm({ name: a, grantId: got.grantId, ttlMs: LONG_MS });
      const back = here.acquire(
        rig.ask('ana', wish(b, { inPlaceOf: place.request.grantId, generation: 2 })),
      );
      expect(await outcomeOf(back)).to.equal('deadlock');
      expect(await waitingFor(b)).to.deep.equal(['dan']);
      await there.release(b, held.grantId);
      granted(await fixture.until(next.answer));
    });

    it('is none once the lock that closed it was taken over and given back', async () => {
      await rig.hold(here, 'ana', { name: a });
      await rig.hold(there, 'ben', { name: b });
      await waits(here, 'ana', b);
      const order = rig.ask('ana', { name: a, generation: 2 });
      await there.takeOver(order);
      expect(await outcomeOf(there.acquire(rig.ask('ben', wish(a))))).to.equal('deadlock');
      await there.release(a, order.grantId);
      granted(await there.acquire(rig.ask('ben', wish(a))));
    });
  });
}
