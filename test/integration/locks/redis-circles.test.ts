import { expect } from 'chai';
import { LEAVE_PLACE } from '../../../src/locks/lock-table.js';
import type { SessionId } from '../../../src/locks/model.js';
import { sharedRedisUrl } from '../support/redis.js';
import { granted, LockWork } from './lock-work.js';
import { startCluster } from './redis-cluster.js';
import type { Replica } from './redis-fixture.js';
import type { RedisServers } from './redis-servers.js';

const describeCircles = (title: string, url: () => string): void => {
  describe(title, () => {
    let work: LockWork;
    let here: Replica;
    let there: Replica;

    beforeEach(async () => {
      work = new LockWork(url());
      [here, there] = await Promise.all([work.replica(), work.replica()]);
    });

    afterEach(() => work.close());

    const waitFor = (name: string) => ({ name, holdsOthers: true });

    it('refuses the wait that closes the circle, says which, and lets all others go on', async () => {
      const [a, b, c] = [`${work.name}.a`, `${work.name}.b`, `${work.name}.c`];
      await work.hold(here.table, 'ana', { name: a });
      await work.hold(there.table, 'ben', { name: b, mode: 'shared' });
      await work.hold(here.table, 'idle', { name: b, mode: 'shared' });
      const cas = await work.hold(here.table, 'cas', { name: c });
      const ana = await work.queue(here.table, 'ana', waitFor(b));
      const ben = await work.queue(there.table, 'ben', waitFor(c));
      const closing = await here.table.acquire(work.ask('cas', { ...waitFor(a), waitMs: 5_000 }));
      const address = '192.0.2.1:4711';
      expect(closing).to.deep.equal({
        outcome: 'deadlock',
        circle: [
          { session: 'cas', holder: "cas's", address, name: a },
          { session: 'ana', holder: "ana's", address, name: b },
          { session: 'ben', holder: "ben's", address, name: c },
        ],
      });
      expect((await here.table.inspect(a)).waiting).to.equal(0);
      await here.table.release(c, cas.grantId);
      expect(granted(await ben.answer).token).to.equal(2);
      expect((await here.table.inspect(b)).queue.map(({ session }) => session)).to.deep.equal([
        ana.request.session,
      ]);
    });

    it('sees a circle that two replicas close at the same moment, every time', async () => {
      const outcomes = new Map<string, number>();
      for (let round = 0; round < 50; round++) {
        const [a, b] = [`${work.name}.a${round}`, `${work.name}.b${round}`];
        await Promise.all([
          work.hold(here.table, 'ana', { name: a }),
          work.hold(there.table, 'ben', { name: b }),
        ]);
        const ends = [new AbortController(), new AbortController()];
        const answers = await Promise.all(
          [
            { table: here.table, session: 'ana', name: b },
            { table: there.table, session: 'ben', name: a },
          ].map(async ({ table, session, name }, index) => {
            const wish = { ...waitFor(name), waitMs: 5_000 };
            const signal = ends[index]?.signal ?? AbortSignal.abort();
            const { outcome } = await table.acquire(work.ask(session, { ...wish, signal }));
            // The other one may go on waiting: it is not refused without need.
            if (outcome === 'deadlock') ends[1 - index]?.abort();
            return outcome;
          }),
        );
        for (const answer of answers) outcomes.set(answer, (outcomes.get(answer) ?? 0) + 1);
        expect(answers, `round ${round}`).to.include('deadlock');
        expect(answers).not.to.include('timeout');
      }
      expect(outcomes.get('deadlock')).to.be.at.least(50);
    });

    it('finds it through a place whose session has lost its connection', async () => {
      const [a, b] = [`${work.name}.a`, `${work.name}.b`];
      await work.hold(here.table, 'ana', { name: a });
      await work.hold(there.table, 'ben', { name: b });
      const leaving = new AbortController();
      const left = await work.queue(here.table, 'ana', { ...waitFor(b), signal: leaving.signal });
      leaving.abort(LEAVE_PLACE);
      await left.answer;
      const wish = { ...waitFor(a), waitMs: 5_000 };
      expect((await there.table.acquire(work.ask('ben', wish))).outcome).to.equal('deadlock');
    });

    it('does not refuse for the sake of a wait that is over', async () => {
      const [a, b] = [`${work.name}.a`, `${work.name}.b`];
      await work.hold(here.table, 'ana', { name: a });
      await work.hold(there.table, 'ben', { name: b });
      const over = await here.table.acquire(work.ask('ana', { ...waitFor(b), waitMs: 100 }));
      expect(over.outcome).to.equal('timeout');
      const wish = { ...waitFor(a), waitMs: 200 };
      expect((await there.table.acquire(work.ask('ben', wish))).outcome).to.equal('timeout');
    });

    it('costs nothing where the session holds nothing else', async () => {
      await work.hold(here.table, 'ana');
      there.observer.scripts.length = 0;
      await work.queue(there.table, 'ben');
      await work.queue(there.table, 'cas', { holdsOthers: true });
      await there.table.inspect(work.name); // answered after all that was asked before
      const asked = there.observer.scripts.map(({ script }) => script);
      expect(asked).to.deep.equal(['acquire', 'acquire', 'holders', 'inspect']);
      const { link } = there;
      const hints = ['ana', 'ben', 'cas'].map((session) => work.keys.waits(session as SessionId));
      const lives = hints.map((hint) => link.send(hint, (client) => client.pttl(hint)));
      const [ana, ben, cas] = await Promise.all(lives);
      expect([ana, ben]).to.deep.equal([-2, -2]);
      expect(cas).to.be.within(1, 60_000);
    });
  });
};

const TITLE = 'RedisLockTable and sessions that would wait for each other';

describeCircles(TITLE, sharedRedisUrl);

describe('On a cluster', () => {
  let cluster: RedisServers;

  before(async () => {
    cluster = await startCluster({ replica: false });
  });

  after(() => cluster.stop());

  describeCircles(TITLE, () => `redis+cluster://${cluster.addresses([1, 2])}`);
});
