import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { GrantId, SessionId } from '../../src/locks/model.js';
import type { KeptLock, OpenSession, SessionRecords } from '../../src/locks/session-records.js';

/** One backing of session records, and how time passes for it. */
export interface SessionRecordsFixture {
  /** One replica, and another one on the same backing (the same, where there can be only one). */
  readonly here: SessionRecords;
  readonly there: SessionRecords;
  /** Lets time pass until the condition holds. */
  untilTrue(condition: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

const KEEP_MS = 60_000;
const SHORT_MS = 150;

/** What session records promise, whatever they are kept in. */
export function describeSessionRecords(
  title: string,
  start: () => Promise<SessionRecordsFixture>,
): void {
  describe(title, () => {
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

    const lock = (name: string, ttlMs = 30_000, keepAlive = true): KeptLock => ({
      name,
      ttlMs,
      keepAlive,
    });

    it('are resumed on any replica, with a generation that rises each time', async () => {
      expect(await here.open(open, 1, [])).to.equal(true);
      expect(await there.resume(open)).to.deep.equal({ generation: 2, locks: [], wait: undefined });
      expect(await here.resume(open)).to.deep.equal({ generation: 3, locks: [], wait: undefined });
    });

    it('need the secret', async () => {
      await here.open(open, 1, []);
      expect(await there.resume({ ...open, secretHash: 'other' })).to.equal(undefined);
      expect(await there.resume({ ...open, session: 'nobody' as SessionId })).to.equal(undefined);
      expect((await there.resume(open))?.generation).to.equal(2);
    });

    it('bring along what the session holds and waits for', async () => {
      const owned = { session, generation: 1 };
      await here.open(open, 1, [lock('a'), lock('b', 500, false)]);
      await here.holds(owned, lock('c'));
      await here.holds(owned, lock('a', 700, false));
      await here.gaveUp(owned, 'c');
      const wait = { name: 'd', grantId: 'g' as GrantId };
      await here.waits(owned, wait);
      const resumed = await there.resume(open);
      expect(resumed?.locks).to.have.deep.members([lock('a', 700, false), lock('b', 500, false)]);
      expect(resumed?.wait).to.deep.equal(wait);
    });

    it('forget a wait that is over', async () => {
      const owned = { session, generation: 1 };
      await here.open(open, 1, []);
      await here.waits(owned, { name: 'd', grantId: 'g' as GrantId });
      await here.waits(owned, undefined);
      expect((await there.resume(open))?.wait).to.equal(undefined);
    });

    it('do not heed who owned them before', async () => {
      const former = { session, generation: 1 };
      await here.open(open, 1, [lock('a')]);
      await there.resume(open);
      await here.holds(former, lock('b'));
      await here.gaveUp(former, 'a');
      await here.waits(former, { name: 'd', grantId: 'g' as GrantId });
      await here.close(former);
      const resumed = await there.resume(open);
      expect(resumed).to.deep.equal({ generation: 3, locks: [lock('a')], wait: undefined });
    });

    it('are not opened over one that is there', async () => {
      await here.open(open, 1, [lock('a')]);
      await there.resume(open);
      expect(await here.open(open, 1, [])).to.equal(false);
      expect((await there.resume(open))?.locks).to.deep.equal([lock('a')]);
    });

    it('can be opened anew under the generation they had', async () => {
      expect(await here.open(open, 5, [lock('a')])).to.equal(true);
      expect(await there.resume(open)).to.deep.include({ generation: 6, locks: [lock('a')] });
    });

    it('say whose they are', async () => {
      const [left, gone] = [randomUUID() as SessionId, randomUUID() as SessionId];
      await here.open(open, 1, []);
      await here.open({ ...open, session: left }, 1, []);
      await there.resume({ ...open, session: left });
      const asked = [session, left, gone].map((one) => ({ session: one, generation: 1 }));
      expect(await here.touch(asked, KEEP_MS)).to.deep.equal(['owned', 'left', 'forgotten']);
      expect(await here.touch([], KEEP_MS)).to.deep.equal([]);
    });

    it('are forgotten when nobody touches them', async () => {
      const owned = { session, generation: 1 };
      const other = randomUUID() as SessionId;
      await here.open({ ...open, keepMs: SHORT_MS }, 1, []);
      await here.open({ ...open, session: other, keepMs: SHORT_MS }, 1, []);
      await here.touch([owned], KEEP_MS);
      await fixture.untilTrue(async () => {
        const [outcome] = await here.touch([{ session: other, generation: 9 }], SHORT_MS);
        return outcome === 'forgotten';
      });
      expect(await here.touch([owned], KEEP_MS)).to.deep.equal(['owned']);
    });

    it('end when their owner closes them', async () => {
      await here.open(open, 1, [lock('a')]);
      await here.close({ session, generation: 1 });
      expect(await there.resume(open)).to.equal(undefined);
      expect(await here.open(open, 1, [])).to.equal(true);
      expect((await there.resume(open))?.locks).to.deep.equal([]);
    });

    it('belong to one of two who resume at once', async () => {
      await here.open(open, 1, []);
      const resumed = await Promise.all([here.resume(open), there.resume(open)]);
      const generations = resumed.map((one) => one?.generation ?? 0).sort();
      expect(generations).to.deep.equal([2, 3]);
      const owners = generations.map((generation) => ({ session, generation }));
      expect(await here.touch(owners, KEEP_MS)).to.deep.equal(['left', 'owned']);
    });

    it('tell a replica that its session was resumed on another one', async () => {
      const told: (readonly [SessionId, number])[] = [];
      const stop = here.onLeft((...left) => told.push(left));
      await here.open(open, 1, []);
      await here.resume(open);
      expect(told).to.deep.equal([]);
      await there.resume(open);
      if (here !== there) await fixture.untilTrue(async () => told.length > 0);
      expect(told).to.deep.equal(here === there ? [] : [[session, 3]]);
      stop();
    });
  });
}
