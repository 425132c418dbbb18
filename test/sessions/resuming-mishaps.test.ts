import { expect } from 'chai';
import { FileStoreUnavailable } from '../../src/files/errors.js';
import type { FileName } from '../../src/files/file-name.js';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import { MemorySessionRecords } from '../../src/locks/memory/memory-session-records.js';
import type { LockOutcome } from '../../src/sessions/file-locking.js';
import type { Session } from '../../src/sessions/session.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { FakeConnection } from '../support/fake-connection.js';
import { fileName, LEASE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');
const OTHER = fileName('other.txt');
const WAIT_MS = 600_000;

describe('A session resumed while something goes wrong', () => {
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
    secret = (await here.kept.keep(session, connection))?.secret ?? '';
  });

  const resume = (replica: SessionFixture, by = new FakeConnection()) =>
    replica.kept.resume(session.id, secret, by, replica.session());

  const lock = (
    replica: SessionFixture,
    who: Session,
    name = NAME,
    waitMs = 0,
    signal = new AbortController().signal,
  ): Promise<LockOutcome> => replica.locking.lock(who, name, wish({ waitMs, signal }));

  const waitingFor = async (name: FileName): Promise<number> =>
    (await here.table.inspect(name)).waiting;

  const remainingMs = async (name: FileName): Promise<number | undefined> =>
    (await here.table.inspect(name)).holders[0]?.remainingMs;

  /** Every fence from now on runs after what `wait` does for its file. */
  const beforeFences = (wait: (name: FileName) => Promise<void>): void => {
    const { files } = here;
    const fence = files.fence.bind(files);
    files.fence = async (name, token, shared) => {
      await wait(name);
      return await fence(name, token, shared);
    };
    const fenceFrom = files.fenceFrom.bind(files);
    files.fenceFrom = async (from, token) => {
      await wait(from.name);
      return await fenceFrom(from, token);
    };
  };

  it('keeps no lock alive that is taken over when the resumption has failed already', async () => {
    await lock(here, session, NAME);
    await lock(here, session, OTHER);
    const slow = Promise.withResolvers<void>();
    beforeFences(async (name) => {
      if (name === NAME) throw new FileStoreUnavailable('away', false);
      await slow.promise;
    });
    const failed = resume(there).catch((error: unknown) => error);
    await settle();
    slow.resolve();
    expect(await failed).to.be.instanceOf(FileStoreUnavailable);
    await settle();
    expect(there.held.size).to.equal(0);
    for (let ticks = 0; ticks < 4; ticks++) {
      await there.renewer.tick();
      await there.clock.advance(LEASE_MS / 2);
    }
    expect(await remainingMs(OTHER)).to.equal(0);
  });

  it('is not disturbed by a replica that began to resume it before, and slept', async () => {
    const elsewhere = here.replica();
    await lock(here, session);
    const slow = Promise.withResolvers<void>();
    let asleep = true;
    beforeFences(() => (asleep ? slow.promise : Promise.resolve()));
    const late = resume(there);
    await settle();
    asleep = false;
    const resumed = await resume(elsewhere);
    if (resumed === undefined) throw new Error('not resumed');
    const head = await here.files.head(NAME);
    slow.resolve();
    expect((await late)?.held.size ?? 0).to.equal(0);
    expect(await here.files.head(NAME)).to.deep.equal(head);
    expect(await elsewhere.put(resumed, NAME, 'mine')).to.include({ version: 1 });
  });

  it('takes over what its former replica changed in the very moment', async () => {
    await lock(here, session);
    let late: Promise<unknown> | undefined;
    beforeFences(async () => {
      late ??= here.put(session, NAME, 'late', { keep: true });
      await late;
    });
    const resumed = await resume(there);
    if (resumed === undefined) throw new Error('not resumed');
    expect(await late).to.include({ version: 1 });
    expect(resumed.held.get(NAME)?.head).to.deep.equal(await here.files.head(NAME));
    expect(await there.put(resumed, NAME, 'mine')).to.include({ version: 2 });
  });

  it('leaves no lock behind that its former connection was granted too late', async () => {
    const slow = Promise.withResolvers<void>();
    beforeFences(() => slow.promise);
    const late = lock(here, session);
    connection.work = late;
    const next = new FakeConnection();
    const resumed = resume(here, next);
    await settle();
    next.leave();
    await resumed;
    slow.resolve();
    expect((await late).outcome).to.equal('superseded');
    expect(here.held.size).to.equal(0);
    expect((await here.table.inspect(NAME)).holders).to.deep.equal([]);
  });

  it('does not give back what its former connection asked for again', async () => {
    await lock(here, session);
    const [slow, slower] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    here.table.afterwards = () => slow.promise;
    const takeOver = here.table.takeOver.bind(here.table);
    here.table.takeOver = async (order) => {
      await slower.promise;
      return await takeOver(order);
    };
    const again = lock(here, session);
    connection.work = again;
    const next = new FakeConnection();
    const resumed = resume(here, next);
    await settle();
    next.leave();
    await settle();
    slow.resolve();
    expect((await again).outcome).to.equal('superseded');
    slower.resolve();
    await resumed;
    const [held] = [...((await resume(there))?.held.keys() ?? [])];
    expect(held).to.equal(NAME);
  });

  it('brings a lock along that it was granted in the very moment', async () => {
    const holder = there.session();
    await lock(there, holder);
    const waiting = lock(here, session, NAME, WAIT_MS, connection.signal);
    connection.work = waiting;
    await settle();
    connection.leave();
    await waiting;
    await here.kept.detach(session, connection);
    const slow = Promise.withResolvers<void>();
    beforeFences(() => slow.promise);
    const unlocked = there.locking.unlock(holder, NAME);
    await settle();
    const resumed = resume(here);
    await settle();
    slow.resolve();
    await unlocked;
    expect([...((await resumed)?.held.keys() ?? [])]).to.deep.equal([NAME]);
    expect([...((await resume(there))?.held.keys() ?? [])]).to.deep.equal([NAME]);
  });

  it('leaves no lock behind that a replica grants which does not know yet that it has gone on', async () => {
    await resume(there);
    expect((await lock(here, session)).outcome).to.equal('superseded');
    expect(here.held.size).to.equal(0);
    expect((await here.table.inspect(NAME)).holders).to.deep.equal([]);
  });

  it('leaves no place behind at a replica that does not know yet that it has gone on', async () => {
    await lock(there, there.session());
    await resume(there);
    expect((await lock(here, session, NAME, WAIT_MS)).outcome).to.equal('cancelled');
    expect(await waitingFor(NAME)).to.equal(0);
  });

  describe('with a place in a queue', () => {
    let holder: Session;

    beforeEach(async () => {
      holder = there.session();
      await lock(there, holder);
      const waiting = lock(here, session, NAME, WAIT_MS, connection.signal);
      await settle();
      connection.leave();
      expect((await waiting).outcome).to.equal('cancelled');
      await here.kept.detach(session, connection);
    });

    it('has it also after the replica stopped that went on waiting for it', async () => {
      await here.kept.close();
      expect(session.waiting).to.equal(undefined);
      expect(await waitingFor(NAME)).to.equal(1);
      await there.locking.unlock(holder, NAME);
      await settle();
      expect(here.held.size).to.equal(0);
      const resumed = await resume(there);
      if (resumed === undefined) throw new Error('not resumed');
      expect((await lock(there, resumed, NAME, WAIT_MS)).outcome).to.equal('granted');
    });

    it('leaves none behind where it ends without having asked for it', async () => {
      const resumed = await resume(there);
      if (resumed === undefined) throw new Error('not resumed');
      expect(await waitingFor(NAME)).to.equal(1);
      await there.kept.end(resumed);
      expect(await waitingFor(NAME)).to.equal(0);
    });
  });
});

/** Records whose memory can be lost, and which say that they may have lost it. */
class ForgetfulRecords extends MemorySessionRecords {
  isComplete = true;
  readonly #listeners: (() => Promise<void>)[] = [];

  override onDoubt(listener: () => Promise<void>): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  override async complete(): Promise<boolean> {
    return this.isComplete;
  }

  async doubt(): Promise<void> {
    for (const listener of this.#listeners) await listener();
  }
}

describe('A session whose record was lost', () => {
  let records: ForgetfulRecords;
  let here: SessionFixture;
  let there: SessionFixture;
  let session: Session;
  let secret: string;

  beforeEach(async () => {
    const clock = new FakeClock();
    records = new ForgetfulRecords(clock);
    here = new SessionFixture(clock, undefined, undefined, undefined, records);
    there = here.replica();
    here.kept.start();
    there.kept.start();
    session = here.session();
    secret = (await here.kept.keep(session, new FakeConnection()))?.secret ?? '';
    await here.locking.lock(session, NAME, wish());
    await records.close({ session: session.id, generation: session.generation });
  });

  afterEach(() => Promise.all([here.kept.close(), there.kept.close()]));

  const resume = () => there.kept.resume(session.id, secret, new FakeConnection(), there.session());

  it('is resumed elsewhere as soon as its replica is in doubt', async () => {
    await records.doubt();
    expect([...((await resume())?.held.keys() ?? [])]).to.deep.equal([NAME]);
  });

  it('is not given up as long as its replica may still tell of it', async () => {
    records.isComplete = false;
    const failure = await resume().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(LockTableUnavailable).and.include({ outcomeUnknown: false });
    await records.doubt();
    expect((await resume())?.id).to.equal(session.id);
  });

  it('is gone where nobody tells of it', async () => {
    expect(await resume()).to.equal(undefined);
  });
});
