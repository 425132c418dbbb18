import { expect } from 'chai';
import type { FileName } from '../../src/files/file-name.js';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import type { LockWish } from '../../src/sessions/file-locking.js';
import { ManyLocks } from '../../src/sessions/many-locks.js';
import type { Session } from '../../src/sessions/session.js';
import { FakeConnection } from '../support/fake-connection.js';
import { rejection } from '../support/rejection.js';
import { fileName, LEASE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const [A, B, C] = [fileName('a'), fileName('b'), fileName('c')];

describe('ManyLocks', () => {
  let replica: SessionFixture;
  let many: ManyLocks;
  let mine: Session;
  let theirs: Session;

  beforeEach(() => {
    replica = new SessionFixture();
    many = new ManyLocks(replica.locking, replica.clock);
    mine = replica.session();
    theirs = replica.session();
  });

  const lock = (session: Session, names: readonly FileName[], changes: Partial<LockWish> = {}) =>
    many.lock(session, names, () => wish(changes));

  const holdersOf = async (name: FileName): Promise<readonly string[]> =>
    (await replica.table.inspect(name)).holders.map(({ session }) => session);

  const waitersReach = async (name: FileName, count: number): Promise<void> => {
    while ((await replica.table.inspect(name)).waiting !== count) await Promise.resolve();
  };

  it('locks all, and answers in the order asked for', async () => {
    const result = await lock(mine, [C, A, B]);
    if (result.outcome !== 'granted') throw new Error(result.outcome);
    expect(result.locks.map(({ name }) => name)).to.deep.equal([C, A, B]);
    expect([...mine.held.keys()]).to.deep.equal([A, B, C]);
    for (const name of [A, B, C]) expect(await holdersOf(name)).to.deep.equal([mine.id]);
  });

  it('holds nothing of it where one cannot be had', async () => {
    await replica.locking.lock(theirs, B, wish());
    const result = await lock(mine, [A, B, C]);
    expect(result).to.deep.include({ outcome: 'denied', name: B });
    expect(result.outcome === 'denied' && result.because.outcome).to.equal('locked');
    expect(mine.held.size).to.equal(0);
    expect(await holdersOf(A)).to.deep.equal([]);
    expect(await holdersOf(C)).to.deep.equal([]);
  });

  it('holds nothing of it where the table goes away in the middle', async () => {
    replica.table.beforeConfirm = async () => {
      replica.table.beforeConfirm = async () => {
        replica.table.cutOff = true;
      };
    };
    expect(await rejection(lock(mine, [A, B, C]))).to.be.instanceOf(LockTableUnavailable);
    replica.table.cutOff = false;
    await replica.clock.advance(1_000);
    expect(mine.held.size).to.equal(0);
    for (const name of [A, B]) expect(await holdersOf(name), name).to.deep.equal([]);
  });

  it('leaves what the session held before as it was', async () => {
    await replica.locking.lock(mine, A, wish({ ttlMs: 5_000 }));
    const before = mine.held.get(A);
    await replica.locking.lock(theirs, C, wish());
    expect(await lock(mine, [A, B, C], { ttlMs: 60_000 })).to.include({ outcome: 'denied' });
    expect([...mine.held.values()]).to.deep.equal([before]);
    expect(before).to.include({ ttlMs: 5_000, keepAlive: false });
    expect(await holdersOf(A)).to.deep.equal([mine.id]);
  });

  it('renews what the session held before, as locking it again does', async () => {
    await replica.locking.lock(mine, A, wish({ ttlMs: 5_000 }));
    const token = mine.held.get(A)?.token;
    expect(await lock(mine, [A, B])).to.include({ outcome: 'granted' });
    expect(mine.held.get(A)).to.include({ ttlMs: LEASE_MS, keepAlive: true, token });
  });

  it('takes anew what the session had lost, and gives it back where another is denied', async () => {
    await replica.locking.lock(mine, A, wish({ ttlMs: 1_000 }));
    await replica.clock.advance(1_001);
    await replica.locking.lock(theirs, A, wish());
    const lost = mine.held.get(A);
    if (lost === undefined) throw new Error('not held');
    replica.held.lost(lost);
    await replica.locking.unlock(theirs, A);
    await replica.locking.lock(theirs, B, wish());
    expect(await lock(mine, [A, B])).to.include({ outcome: 'denied', name: B });
    expect(mine.held.size).to.equal(0);
    expect(await holdersOf(A)).to.deep.equal([]);
  });

  it('waits for all together, no longer than was asked for', async () => {
    await replica.locking.lock(theirs, A, wish());
    await replica.locking.lock(theirs, B, wish());
    const waiting = lock(mine, [A, B], { waitMs: 10_000 });
    await waitersReach(A, 1);
    await replica.clock.advance(6_000);
    await replica.locking.unlock(theirs, A);
    await waitersReach(B, 1);
    await replica.clock.advance(3_999);
    expect(await holdersOf(A)).to.deep.equal([mine.id]);
    await replica.clock.advance(1);
    const result = await waiting;
    expect(result).to.deep.include({ outcome: 'denied', name: B });
    expect(result.outcome === 'denied' && result.because).to.include({
      outcome: 'timeout',
      position: 1,
    });
    expect(mine.held.size).to.equal(0);
    expect(await holdersOf(A)).to.deep.equal([]);
  });

  it('starts all leases once the last is granted, and lets none run out meanwhile', async () => {
    await replica.locking.lock(theirs, B, wish());
    const waiting = lock(mine, [A, B], { waitMs: 60_000, ttlMs: 1_000 });
    await waitersReach(B, 1);
    for (let seconds = 0; seconds < 50; seconds += 5) {
      await replica.clock.advance(5_000);
      await replica.renewer.tick();
    }
    await replica.locking.unlock(theirs, B);
    expect(await waiting).to.include({ outcome: 'granted' });
    for (const name of [A, B]) {
      expect(mine.held.get(name), name).to.include({ ttlMs: 1_000, keepAlive: false });
      const [holder] = (await replica.table.inspect(name)).holders;
      expect(holder?.remainingMs, name).to.equal(1_000);
    }
  });

  it('never waits in a circle with another that asks for the same in another order', async () => {
    const outcomes = [];
    for (const names of [
      [A, B, C],
      [C, B, A],
      [B, C, A],
    ]) {
      const session = replica.session();
      const attempt = lock(session, names, { waitMs: 60_000 }).then(async (result) => {
        await replica.locking.releaseAll(session);
        return result.outcome;
      });
      outcomes.push(attempt);
    }
    expect(await Promise.all(outcomes)).to.deep.equal(['granted', 'granted', 'granted']);
  });

  it('says who waits for whom where the session already holds what closes a circle', async () => {
    await replica.locking.lock(mine, B, wish());
    await replica.locking.lock(theirs, A, wish());
    const waiting = replica.locking.lock(theirs, B, wish({ waitMs: 10_000 }));
    await waitersReach(B, 1);
    const result = await lock(mine, [A, C], { waitMs: 10_000 });
    expect(result.outcome === 'denied' && result.because.outcome).to.equal('deadlock');
    expect([...mine.held.keys()]).to.deep.equal([B]);
    await replica.locking.unlock(mine, B);
    expect(await waiting).to.include({ outcome: 'granted' });
  });

  it('waits for nothing any more when a kept session’s connection is lost', async () => {
    const connection = new FakeConnection();
    await replica.kept.keep(mine, connection);
    await replica.locking.lock(theirs, B, wish());
    const waiting = lock(mine, [A, B], { waitMs: 60_000, signal: connection.signal });
    await waitersReach(B, 1);
    connection.leave();
    const result = await waiting;
    expect(result.outcome === 'denied' && result.because.outcome).to.equal('cancelled');
    expect((await replica.table.inspect(B)).waiting).to.equal(0);
    expect(mine.held.size).to.equal(0);
    await replica.locking.unlock(theirs, B);
    expect(await holdersOf(B)).to.deep.equal([]);
  });
});
