import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { GrantId, SessionId } from '../../src/locks/model.js';
import type { KeptLock, OpenSession, SessionRecords } from '../../src/locks/session-records.js';
import type { SessionRecordsFixture } from './session-records.contract.js';

const KEEP_MS = 60_000;
const SHORT_MS = 300;

/** What session records promise to who owns them, and to who did. */
export function describeSessionRecordsOwners(
  title: string,
  start: () => Promise<SessionRecordsFixture>,
): void {
  describe(`${title}, and whose they are`, () => {
    let fixture: SessionRecordsFixture;
    let here: SessionRecords;
    let there: SessionRecords;
    let session: SessionId;
    let open: OpenSession;

    beforeEach(async () => {
      fixture = await start();
      ({ here, there } = fixture);
      session = randomUUID() as SessionId;
      open = { session, secretHash: 'hash', keepMs: KEEP_MS };
    });

    afterEach(() => fixture.close());

    const owned = (generation: number, one = session) => ({ session: one, generation });

    const lock = (name: string): KeptLock => ({ name, ttlMs: 30_000, keepAlive: true });

    const names = (locks: readonly KeptLock[] | undefined): string[] | undefined =>
      locks?.map(({ name }) => name);

    /** Until a record that was opened with `SHORT_MS` just now would be forgotten. */
    const shortTimePasses = async (): Promise<void> => {
      const measure = randomUUID() as SessionId;
      await here.open({ ...open, session: measure, keepMs: SHORT_MS }, 1, []);
      await fixture.untilTrue(async () => {
        // Asked about a generation that owns nothing: it prolongs nothing.
        const [outcome] = await here.touch([owned(9, measure)], KEEP_MS);
        return outcome === 'forgotten';
      });
    };

    it('tell the locks in the order in which they came', async () => {
      await here.open(open, 1, [lock('b'), lock('a')]);
      await here.holds(owned(1), lock('c'));
      await here.holds(owned(1), { ...lock('b'), ttlMs: 500 });
      expect(names((await there.resume(open))?.locks)).to.deep.equal(['b', 'a', 'c']);
      await there.gaveUp(owned(2), 'b');
      await there.holds(owned(2), lock('b'));
      expect(names((await here.resume(open))?.locks)).to.deep.equal(['a', 'c', 'b']);
    });

    it('heed who resumed them', async () => {
      await here.open(open, 1, [lock('a')]);
      await there.resume(open);
      await there.holds(owned(2), lock('b'));
      await there.gaveUp(owned(2), 'a');
      const wait = { name: 'c', grantId: 'g' as GrantId };
      await there.waits(owned(2), wait);
      expect(await here.resume(open)).to.deep.equal({ generation: 3, locks: [lock('b')], wait });
    });

    it('keep a wait from owner to owner until one says that it is over', async () => {
      const wait = { name: 'c', grantId: 'g' as GrantId };
      await here.open(open, 1, []);
      await here.waits(owned(1), wait);
      expect((await there.resume(open))?.wait).to.deep.equal(wait);
      expect((await here.resume(open))?.wait).to.deep.equal(wait);
      await here.waits(owned(3), undefined);
      expect((await there.resume(open))?.wait).to.equal(undefined);
    });

    it('stay their owner’s where somebody knew no secret', async () => {
      await here.open(open, 1, [lock('a')]);
      expect(await there.resume({ ...open, secretHash: 'other' })).to.equal(undefined);
      expect(await here.touch([owned(1)], KEEP_MS)).to.deep.equal(['owned']);
      await here.holds(owned(1), lock('b'));
      expect(names((await there.resume(open))?.locks)).to.deep.equal(['a', 'b']);
    });

    it('are not kept by who owned them before', async () => {
      await here.open(open, 1, []);
      await there.resume({ ...open, keepMs: SHORT_MS });
      expect(await here.touch([owned(1)], KEEP_MS)).to.deep.equal(['left']);
      await shortTimePasses();
      expect(await here.touch([owned(2)], KEEP_MS)).to.deep.equal(['forgotten']);
      expect(await there.resume(open)).to.equal(undefined);
    });

    it('say whose they are to who speaks of them', async () => {
      const told: [SessionId, number][] = [];
      here.onLeft((...left) => told.push(left));
      const wait = { name: 'c', grantId: 'g' as GrantId };
      expect(await here.holds(owned(1), lock('a'))).to.equal('forgotten');
      expect(await here.waits(owned(1), wait)).to.equal('forgotten');
      await here.open(open, 1, []);
      expect(await here.holds(owned(1), lock('a'))).to.equal('owned');
      expect(await here.waits(owned(1), wait)).to.equal('owned');
      await there.resume(open);
      expect(await here.holds(owned(1), lock('b'))).to.equal('left');
      expect(await here.waits(owned(1), undefined)).to.equal('left');
      if (here === there) return; // nobody else could resume it
      // Once for each, besides the message that may come first.
      expect(told).to.have.length.at.least(2);
      for (const left of told) expect(left).to.deep.equal([session, 2]);
    });

    it('are kept anew from when they are resumed', async () => {
      await here.open({ ...open, keepMs: SHORT_MS }, 1, [lock('a')]);
      expect((await there.resume(open))?.generation).to.equal(2);
      await shortTimePasses();
      expect(await there.touch([owned(2)], KEEP_MS)).to.deep.equal(['owned']);
    });

    it('leave nothing behind when they are forgotten', async () => {
      await here.open({ ...open, keepMs: SHORT_MS }, 1, [lock('a')]);
      await here.waits(owned(1), { name: 'c', grantId: 'g' as GrantId });
      await shortTimePasses();
      await here.holds(owned(1), lock('b'));
      expect(await there.resume(open)).to.equal(undefined);
      expect(await there.open(open, 4, [lock('d')])).to.equal(true);
      expect(await here.resume(open)).to.deep.equal({
        generation: 5,
        locks: [lock('d')],
        wait: undefined,
      });
    });

    it('give many who resume them at once as many generations, the highest of which owns', async () => {
      await here.open(open, 1, []);
      const replicas = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? here : there));
      const resumed = await Promise.all(replicas.map((records) => records.resume(open)));
      const generations = resumed.map((one) => one?.generation ?? 0).sort((x, y) => x - y);
      expect(generations).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9]);
      const outcomes = await here.touch(
        generations.map((generation) => owned(generation)),
        KEEP_MS,
      );
      expect(outcomes).to.deep.equal([...Array.from({ length: 7 }, () => 'left'), 'owned']);
    });

    it('tell nobody who does not listen any more', async () => {
      const told: SessionId[] = [];
      const late: SessionId[] = [];
      here.onLeft((left) => told.push(left));
      here.onLeft((left) => late.push(left))();
      await here.open(open, 1, []);
      await there.resume(open);
      if (here !== there) await fixture.untilTrue(async () => told.length > 0);
      expect(late).to.deep.equal([]);
    });
  });
}
