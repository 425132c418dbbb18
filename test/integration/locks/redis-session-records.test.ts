import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SystemClock } from '../../../src/clock/system-clock.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { RedisLockTableOptions } from '../../../src/locks/redis/options.js';
import { RedisSessionRecords } from '../../../src/locks/redis/redis-session-records.js';
import type { KeptLock, OpenSession } from '../../../src/locks/session-records.js';
import { eventually } from '../support/eventually.js';
import { sharedRedisUrl } from '../support/redis.js';
import { LockWork } from './lock-work.js';
import { startCluster } from './redis-cluster.js';
import { RecordingTableObserver, type Replica } from './redis-fixture.js';
import type { RedisServers } from './redis-servers.js';
import { LONG_MS } from './requests.js';

interface Records {
  readonly records: RedisSessionRecords;
  readonly replica: Replica;
  /** What was resumed elsewhere, as it was told. */
  readonly left: string[];
}

const describeRecords = (title: string, url: () => string): void => {
  describe(title, () => {
    let work: LockWork;
    let here: Records;
    let there: Records;
    let session: SessionId;
    let open: OpenSession;

    const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

    const lock = (name: string, changes: Partial<KeptLock> = {}): KeptLock => ({
      name,
      ttlMs: 30_000,
      keepAlive: true,
      ...changes,
    });

    const start = async (): Promise<Records> => {
      const replicaId = randomUUID();
      const replica = await work.replica({ replicaId });
      const options = new RedisLockTableOptions({ replicaId, keyPrefix: work.keyPrefix });
      const observer = new RecordingTableObserver();
      const { link, memory } = replica;
      const records = new RedisSessionRecords(options, link, memory, new SystemClock(), observer);
      const left: string[] = [];
      records.onLeft((id, generation) => left.push(`${id} ${generation}`));
      return { records, replica, left };
    };

    beforeEach(async () => {
      work = new LockWork(url());
      [here, there] = await Promise.all([start(), start()]);
      session = randomUUID() as SessionId;
      open = { session, secretHash: hashOf('secret'), keepMs: LONG_MS };
    });

    afterEach(() => work.close());

    const mine = (generation: number) => ({ session, generation });

    it('are resumed on another replica with all they hold, in order, and what they wait for', async () => {
      expect(await here.records.open(open, 1, [lock('z.txt', { ttlMs: 100 })])).to.equal(true);
      await here.records.holds(mine(1), lock('lock:b"\n.txt', { keepAlive: false }));
      await here.records.holds(mine(1), lock('a.txt'));
      await here.records.holds(mine(1), lock('gone.txt'));
      await here.records.gaveUp(mine(1), 'gone.txt');
      await here.records.holds(mine(1), lock('z.txt', { ttlMs: 200 }));
      const wait = { name: 'w.txt', grantId: 'g' as GrantId };
      await here.records.waits(mine(1), wait);
      expect(await there.records.resume(open)).to.deep.equal({
        generation: 2,
        locks: [
          lock('z.txt', { ttlMs: 200 }),
          lock('lock:b"\n.txt', { keepAlive: false }),
          lock('a.txt'),
        ],
        wait,
      });
      await there.records.waits(mine(2), undefined);
      expect((await there.records.resume(open))?.wait).to.equal(undefined);
    });

    it('are not resumed with another secret, nor where there are none', async () => {
      await here.records.open(open, 1, []);
      expect(await there.records.resume({ ...open, secretHash: hashOf('guess') })).to.equal(
        undefined,
      );
      const other = randomUUID() as SessionId;
      expect(await there.records.resume({ ...open, session: other })).to.equal(undefined);
      expect(await there.records.touch([mine(1)], LONG_MS)).to.deep.equal(['owned']);
    });

    it('ignore what a former owner says', async () => {
      await here.records.open(open, 1, [lock('a.txt')]);
      await there.records.resume(open);
      await here.records.holds(mine(1), lock('b.txt'));
      await here.records.gaveUp(mine(1), 'a.txt');
      await here.records.waits(mine(1), { name: 'w.txt', grantId: 'g' as GrantId });
      await here.records.close(mine(1));
      expect(await here.records.touch([mine(1)], LONG_MS)).to.deep.equal(['left']);
      expect(await there.records.resume(open)).to.deep.equal({
        generation: 3,
        locks: [lock('a.txt')],
        wait: undefined,
      });
    });

    it('tell the former owner, unless it resumed the session itself', async () => {
      await here.records.open(open, 1, []);
      await here.records.resume(open);
      await there.records.resume(open);
      await eventually('it is told', async () => here.left.length > 0);
      expect(here.left).to.deep.equal([`${session} 3`]);
      expect(there.left).to.deep.equal([]);
      expect(here.replica.log.lines.map(({ event }) => event)).not.to.include(
        'redis.unknown-message',
      );
    });

    it('belong to the last of two replicas that resume them at the same moment', async () => {
      await here.records.open(open, 1, []);
      const both = await Promise.all([here.records.resume(open), there.records.resume(open)]);
      const generations = both.map((resumed) => resumed?.generation ?? 0);
      expect([...generations].sort()).to.deep.equal([2, 3]);
      const outcomes = await Promise.all(
        [here, there].map(async ({ records }, index) =>
          records.touch([mine(generations[index] ?? 0)], LONG_MS),
        ),
      );
      expect(outcomes.map(([outcome]) => outcome)).to.deep.equal(
        generations.map((generation) => (generation === 3 ? 'owned' : 'left')),
      );
    });

    it('are told anew under their generation where they were lost, and only there', async () => {
      expect(await here.records.open(open, 4, [lock('a.txt')])).to.equal(true);
      expect(await there.records.open(open, 1, [])).to.equal(false);
      expect(await there.records.resume(open)).to.deep.equal({
        generation: 5,
        locks: [lock('a.txt')],
        wait: undefined,
      });
    });

    it('are forgotten when they are closed, or not touched in time', async () => {
      await here.records.open(open, 1, []);
      const other = { ...open, session: randomUUID() as SessionId, keepMs: 200 };
      await here.records.open(other, 1, []);
      await here.records.close(mine(1));
      const owned = [mine(1), { session: other.session, generation: 1 }];
      expect(await here.records.touch(owned, 200)).to.deep.equal(['forgotten', 'owned']);
      await eventually('it is forgotten', () => here.records.open(other, 1, []));
      expect(await here.records.open(open, 1, [])).to.equal(true);
    });

    it('are touched many at once, each with its own outcome, in order', async () => {
      const sessions = Array.from({ length: 450 }, () => randomUUID() as SessionId);
      await Promise.all(
        sessions.map((id, index) =>
          index % 3 === 0 ? false : here.records.open({ ...open, session: id }, 1, []),
        ),
      );
      const owned = sessions.map((id, index) => ({
        session: id,
        generation: index % 3 === 1 ? 1 : 2,
      }));
      const expected = sessions.map((_, index) => ['forgotten', 'owned', 'left'][index % 3]);
      expect(await here.records.touch(owned, LONG_MS)).to.deep.equal(expected);
    });

    it('have nothing to do with a file of the same name', async () => {
      await here.records.open(open, 1, [lock('a.txt')]);
      const name = `session:${session}`;
      const held = await work.hold(here.replica.table, session, { name });
      await work.queue(there.replica.table, 'ben', { name, holdsOthers: true });
      expect(await work.holders(there.replica.table, name)).to.deep.equal([session]);
      expect((await there.records.resume(open))?.locks).to.deep.equal([lock('a.txt')]);
      await there.records.close(mine(2));
      expect(await here.replica.table.renew([held.lease])).to.deep.equal(['renewed']);
    });

    it('are not looked for under ids that no session has', async () => {
      for (const id of ['', 'a}{b', 'x'.repeat(65), 'a\r\nb', 'a b']) {
        const wanted = { ...open, session: id as SessionId };
        expect(await here.records.resume(wanted), id).to.equal(undefined);
      }
    });
  });
};

describeRecords('RedisSessionRecords', sharedRedisUrl);

describe('On a cluster', () => {
  let cluster: RedisServers;

  before(async () => {
    cluster = await startCluster({ replica: false });
  });

  after(() => cluster.stop());

  describeRecords('RedisSessionRecords', () => `redis+cluster://${cluster.addresses([1, 2])}`);
});
