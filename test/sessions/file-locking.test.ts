import { expect } from 'chai';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import { PROVISIONAL_MS } from '../../src/locks/model.js';
import type { HeldLock, Session } from '../../src/sessions/session.js';
import { settle } from '../support/fake-clock.js';
import { rejection } from '../support/rejection.js';
import { fileName, LEASE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

describe('FileLocking', () => {
  let replica: SessionFixture;
  let mine: Session;
  let theirs: Session;

  beforeEach(() => {
    replica = new SessionFixture();
    mine = replica.session();
    theirs = replica.session();
  });

  async function granted(
    session: Session,
    changes: Parameters<typeof wish>[0] = {},
    on = replica,
  ): Promise<HeldLock> {
    const outcome = await on.locking.lock(session, NAME, wish(changes));
    if (outcome.outcome !== 'granted') throw new Error(`not granted but ${outcome.outcome}`);
    return outcome.lock;
  }

  it('grants a lock whose token stands in the head before the client is told', async () => {
    const lock = await granted(mine);
    const head = await replica.files.head(NAME);
    expect(head).to.deep.equal(lock.head);
    expect(head?.token).to.equal(lock.token);
    expect(mine.held.get(NAME)).to.equal(lock);
    expect(lock).to.include({ ttlMs: LEASE_MS, keepAlive: true, state: 'live' });
  });

  it('refuses a second session, and grants it with a higher token afterwards', async () => {
    const { token } = await granted(mine);
    const denied = await replica.locking.lock(theirs, NAME, wish());
    expect(denied.outcome).to.equal('locked');
    expect(await replica.locking.unlock(mine, NAME)).to.equal('released');
    expect((await granted(theirs)).token).to.be.above(token);
  });

  it('renews what a session asks for again', async () => {
    const first = await granted(mine);
    await replica.clock.advance(1_000);
    const again = await granted(mine, { ttlMs: 5_000 });
    expect(again).to.equal(first);
    expect(again).to.include({ ttlMs: 5_000, keepAlive: false });
    expect(again.endsAtMs).to.equal(replica.clock.monotonicMs() + 5_000);
    expect(replica.observer.events).to.deep.equal(['granted:exclusive']);
  });

  it('lets a session wait, and counts who does', async () => {
    await granted(mine);
    const waiting = granted(theirs, { waitMs: 10_000 });
    await settle();
    expect(replica.observer.waitingNow).to.equal(1);
    await replica.locking.unlock(mine, NAME);
    await waiting;
    expect(replica.observer.waitingNow).to.equal(0);
  });

  it('ends a wait when its signal says so', async () => {
    await granted(mine);
    const leave = new AbortController();
    const waiting = replica.locking.lock(
      theirs,
      NAME,
      wish({ waitMs: 10_000, signal: leave.signal }),
    );
    await settle();
    leave.abort();
    expect((await waiting).outcome).to.equal('cancelled');
    expect(theirs.held.size).to.equal(0);
    expect((await replica.table.inspect(NAME)).waiting).to.equal(0);
  });

  it('corrects a table that lost its memory: the token in the store leads', async () => {
    const author = { session: '', token: 41 };
    const head = await replica.files.ensureHead(NAME);
    await replica.files.publish(await replica.files.stage(head, empty(), author));
    const lock = await granted(mine);
    expect(lock.token).to.be.above(41);
    await replica.locking.unlock(mine, NAME);
    expect((await granted(theirs)).token).to.be.above(lock.token);
  });

  it('voids a grant that passed on while this replica slept, and disturbs nobody', async () => {
    const other = replica.replica();
    let newer: HeldLock | undefined;
    replica.table.beforeConfirm = async () => {
      replica.table.beforeConfirm = () => Promise.resolve();
      await replica.clock.advance(PROVISIONAL_MS + 1);
      newer = await granted(theirs, {}, other);
    };
    const late = await replica.locking.lock(mine, NAME, wish());
    expect(late.outcome).to.equal('locked');
    expect(mine.held.size).to.equal(0);
    expect(replica.observer.events).to.include('denied:void');
    expect(await replica.files.head(NAME)).to.deep.equal(newer?.head);
    expect(await other.put(theirs, NAME, 'theirs')).to.deep.equal({
      outcome: 'published',
      version: 1,
    });
  });

  it('holds nothing that the client was not told of', async () => {
    replica.table.beforeConfirm = () => {
      replica.table.cutOff = true;
      return Promise.resolve();
    };
    const failed = await replica.locking.lock(mine, NAME, wish()).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(LockTableUnavailable);
    expect(mine.held.size).to.equal(0);
    expect(replica.releases.size).to.equal(1);
    replica.table.cutOff = false;
    replica.table.beforeConfirm = () => Promise.resolve();
    await replica.clock.advance(1_000);
    expect(replica.releases.size).to.equal(0);
    await granted(theirs);
  });

  it('grants anew what it could not release, so that the late release ends nothing', async () => {
    const first = await granted(mine);
    replica.table.cutOff = true;
    const failed = await replica.locking.unlock(mine, NAME).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(LockTableUnavailable);
    replica.table.cutOff = false;
    const again = await granted(mine);
    expect(again.token).to.be.above(first.token);
    await replica.clock.advance(1_000);
    expect(replica.releases.size).to.equal(0);
    const { holders } = await replica.table.inspect(NAME);
    expect(holders.map(({ token }) => token)).to.deep.equal([again.token]);
  });

  it('lets a reader write who is alone', async () => {
    const read = await granted(mine, { mode: 'shared' });
    const write = await granted(mine);
    expect(write).to.include({ mode: 'exclusive' });
    expect(write.token).to.be.above(read.token);
    expect([...mine.held.values()]).to.deep.equal([write]);
    expect(replica.held.size).to.equal(1);
  });

  it('does not take a reader for one who could not become a writer and let others pass', async () => {
    const other = replica.replica();
    await granted(mine, { mode: 'shared' });
    replica.table.beforeConfirm = async () => {
      replica.table.beforeConfirm = () => Promise.resolve();
      await replica.clock.advance(PROVISIONAL_MS + 1);
      await granted(theirs, {}, other);
    };
    expect((await rejection(replica.locking.lock(mine, NAME, wish()))).message).to.match(
      /shared lock .* is lost/,
    );
    expect(mine.held.get(NAME)?.state).to.equal('lost');
    expect(await replica.locking.renew(mine, NAME)).to.deep.equal({ outcome: 'lost' });
    expect((await replica.table.inspect(NAME)).holders).to.have.length(1);
  });

  it('does not take a reader for one who could not become a writer for a fault', async () => {
    await granted(mine, { mode: 'shared' });
    replica.table.beforeConfirm = () => Promise.reject(new LockTableUnavailable('slow', true));
    const failed = await rejection(replica.locking.lock(mine, NAME, wish()));
    expect(failed).to.be.instanceOf(LockTableUnavailable);
    expect(mine.held.get(NAME)?.state).to.equal('lost');
    expect(replica.observer.events).to.include('expired:shared');
    replica.table.beforeConfirm = () => Promise.resolve();
    await granted(theirs);
  });

  it('forgets a name that was locked but never written', async () => {
    await granted(mine);
    await replica.locking.unlock(mine, NAME);
    expect(await replica.files.head(NAME)).to.equal(undefined);
  });

  it('says what became of a lock on UNLOCK and RENEW', async () => {
    expect(await replica.locking.unlock(mine, NAME)).to.equal('notlocked');
    expect(await replica.locking.renew(mine, NAME)).to.deep.equal({ outcome: 'notlocked' });
    await granted(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    await granted(theirs);
    expect(await replica.locking.renew(mine, NAME)).to.deep.equal({ outcome: 'lost' });
    expect(await replica.locking.unlock(mine, NAME)).to.equal('notlocked');
  });

  it('renews a lease that ran out and was not granted since, without touching its head', async () => {
    const { token, head } = await granted(mine, { ttlMs: 1_000 });
    await replica.clock.advance(60_000);
    expect(await replica.locking.renew(mine, NAME, 2_000)).to.deep.equal({
      outcome: 'renewed',
      ttlMs: 2_000,
    });
    expect(mine.held.get(NAME)).to.include({ token, head, state: 'live' });
  });

  it('releases everything a session held when it ends', async () => {
    await granted(mine);
    await replica.locking.lock(mine, fileName('other.txt'), wish());
    await replica.locking.releaseAll(mine);
    expect(mine.held.size).to.equal(0);
    expect(replica.held.size).to.equal(0);
    await granted(theirs);
  });
});

async function* empty(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(0);
}
