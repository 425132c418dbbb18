import { expect } from 'chai';
import type { LockOutcome } from '../../src/sessions/file-locking.js';
import type { Session } from '../../src/sessions/session.js';
import { settle } from '../support/fake-clock.js';
import { FakeConnection } from '../support/fake-connection.js';
import { fileName, GRACE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');
const OTHER = fileName('other.txt');

describe('A session resumed on another replica', () => {
  let here: SessionFixture;
  let there: SessionFixture;
  let session: Session;
  let connection: FakeConnection;
  let secret: string;

  beforeEach(async () => {
    here = new SessionFixture();
    there = here.replica();
    session = here.session();
    connection = new FakeConnection();
    const ticket = await here.kept.keep(session, connection);
    secret = ticket?.secret ?? '';
  });

  const resume = async (replica = there, by = new FakeConnection()): Promise<Session> => {
    const resumed = await replica.kept.resume(session.id, secret, by, replica.session());
    if (resumed === undefined) throw new Error('not resumed');
    return resumed;
  };

  const lock = async (
    replica: SessionFixture,
    who: Session,
    name = NAME,
    waitMs = 0,
  ): Promise<LockOutcome> => await replica.locking.lock(who, name, wish({ waitMs }));

  const tokenOf = (outcome: LockOutcome): number => {
    if (outcome.outcome !== 'granted') throw new Error(`not granted: ${outcome.outcome}`);
    return outcome.lock.token;
  };

  it('brings its locks along, with token and version unchanged', async () => {
    await lock(here, session);
    await here.put(session, NAME, 'one', { keep: true });
    const token = tokenOf(await lock(here, session, OTHER));
    const resumed = await resume();
    const held = [...resumed.held.values()].map((one) => [one.name, one.token, one.head.version]);
    expect(held).to.have.deep.members([
      [NAME, session.held.get(NAME)?.token, 1],
      [OTHER, token, 0],
    ]);
    expect(await there.put(resumed, NAME, 'two')).to.deep.equal({
      outcome: 'published',
      version: 2,
    });
  });

  it('has a change refused that the former replica still had under way', async () => {
    await lock(here, session);
    let resumed: Session | undefined;
    const late = await here.publishing.put(session, NAME, {
      chunks: (async function* () {
        yield Buffer.from('late');
        resumed = await resume();
      })(),
      options: () => Promise.resolve({ keep: true }),
    });
    expect(late.outcome).to.equal('fenced');
    expect(await there.content(NAME)).to.equal(undefined);
    if (resumed === undefined) throw new Error('not resumed');
    expect(await there.put(resumed, NAME, 'mine')).to.include({ version: 1 });
  });

  it('keeps what the former replica publishes before it is resumed', async () => {
    await lock(here, session);
    await here.put(session, NAME, 'one', { keep: true });
    const resumed = await resume();
    expect(resumed.held.get(NAME)?.head.version).to.equal(1);
  });

  it('cannot be released or renewed by the former replica any more', async () => {
    await lock(here, session);
    const former = session.held.get(NAME);
    if (former === undefined) throw new Error('not held');
    await resume();
    expect(await here.locking.end(session, former)).to.equal(false);
    expect(await here.locking.renew(session, NAME)).to.deep.equal({ outcome: 'notlocked' });
    expect((await there.table.inspect(NAME)).holders).to.have.length(1);
  });

  it('loses only what was really lost', async () => {
    await lock(here, session);
    await lock(here, session, OTHER);
    await here.table.break({ name: OTHER, token: 1, by: 'an operator', reason: '' });
    const resumed = await resume();
    expect([...resumed.held.keys()]).to.deep.equal([NAME]);
  });

  it('makes the replica that had it forget it, once that learns', async () => {
    here.kept.start();
    await lock(here, session);
    await resume();
    await here.kept.close();
    expect(connection.ended).to.equal(true);
    expect(here.held.size).to.equal(0);
    expect((await there.table.inspect(NAME)).holders).to.have.length(1);
  });

  it('belongs to the one that resumed it last', async () => {
    await lock(here, session);
    const second = await resume();
    const third = await resume(here.replica());
    expect(third.generation).to.be.above(second.generation);
    expect(await there.put(second, NAME, 'two')).to.include({ outcome: 'fenced' });
  });

  describe('while it waits', () => {
    let holder: Session;
    let waiting: Promise<LockOutcome>;

    beforeEach(async () => {
      holder = there.session();
      await lock(there, holder);
      waiting = here.locking.lock(
        session,
        NAME,
        wish({ waitMs: 60_000, signal: connection.signal }),
      );
      connection.work = waiting;
      await settle();
    });

    const leave = async (): Promise<void> => {
      connection.leave();
      expect((await waiting).outcome).to.equal('cancelled');
      await here.kept.detach(session, connection);
    };

    it('keeps its place', async () => {
      await leave();
      const late = there.locking.lock(there.session(), NAME, wish({ waitMs: 60_000 }));
      await settle();
      const resumed = await resume();
      const again = lock(there, resumed, NAME, 60_000);
      await settle();
      await there.locking.unlock(holder, NAME);
      tokenOf(await again);
      expect((await there.table.inspect(NAME)).waiting).to.equal(1);
      await there.locking.unlock(resumed, NAME);
      tokenOf(await late);
    });

    it('is granted the lock also while it has no connection', async () => {
      await leave();
      await there.locking.unlock(holder, NAME);
      await settle();
      const resumed = await resume();
      expect([...resumed.held.keys()]).to.deep.equal([NAME]);
    });

    it('keeps its place when its replica stops', async () => {
      connection.leave('draining');
      expect((await waiting).outcome).to.equal('cancelled');
      expect((await there.table.inspect(NAME)).waiting).to.equal(1);
      const again = lock(there, await resume(), NAME, 60_000);
      await settle();
      await there.locking.unlock(holder, NAME);
      tokenOf(await again);
    });

    it('gives its place up when the grace time is over', async () => {
      await leave();
      await here.clock.advance(GRACE_MS);
      expect((await there.table.inspect(NAME)).waiting).to.equal(0);
    });

    it('gives its place up when somebody ends the wait', async () => {
      connection.leave('unblocked');
      expect((await waiting).outcome).to.equal('cancelled');
      expect((await there.table.inspect(NAME)).waiting).to.equal(0);
    });
  });
});
