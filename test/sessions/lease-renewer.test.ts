import { expect } from 'chai';
import { LockTableUnavailable } from '../../src/locks/errors.js';
import { rejection } from '../support/rejection.js';
import { fileName, LEASE_MS, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');
const LONG_MS = 600_000;

describe('LeaseRenewer', () => {
  let replica: SessionFixture;

  beforeEach(() => {
    replica = new SessionFixture();
    replica.renewer.start();
  });

  afterEach(async () => {
    await replica.renewer.stop();
    expect(replica.clock.pendingTimers).to.equal(0);
  });

  const remainingMs = async (): Promise<number> =>
    (await replica.table.inspect(NAME)).holders[0]?.remainingMs ?? 0;

  it('keeps a lease alive for as long as it is held', async () => {
    const session = replica.session();
    await replica.locking.lock(session, NAME, wish());
    for (let lease = 0; lease < 5; lease++) {
      await replica.clock.advance(LEASE_MS);
      expect(await remainingMs()).to.be.above(LEASE_MS / 3);
    }
    await replica.locking.unlock(session, NAME);
  });

  it('leaves a lease alone whose client asked for a TTL, and says when it ran out', async () => {
    await replica.locking.lock(replica.session(), NAME, wish({ ttlMs: 2_000 }));
    await replica.clock.advance(1_900);
    expect(await remainingMs()).to.be.at.most(100);
    await replica.clock.advance(1_000);
    expect(replica.observer.events).to.include('expired:exclusive');
  });

  it('goes on after the table was away for less than a lease', async () => {
    await replica.locking.lock(replica.session(), NAME, wish());
    replica.table.cutOff = true;
    await replica.clock.advance(LEASE_MS * 0.9);
    replica.table.cutOff = false;
    await replica.clock.advance(1_000);
    expect(await remainingMs()).to.be.above(LEASE_MS * 0.9);
    expect(replica.observer.events).not.to.include('expired:exclusive');
  });

  it('does not take for lost what its holder gave up meanwhile', async () => {
    const session = replica.session();
    await replica.locking.lock(session, NAME, wish());
    replica.table.beforeRenew = async () => {
      await replica.locking.unlock(session, NAME);
    };
    await replica.clock.advance(LEASE_MS);
    expect(replica.observer.events).to.deep.equal(['granted:exclusive', 'released:exclusive']);
    expect(replica.log.lines).to.deep.equal([]);
  });

  it('does not shorten a lease whose client asks for a longer one meanwhile', async () => {
    const session = replica.session();
    for (const ask of [
      () => replica.locking.renew(session, NAME, LONG_MS),
      () => replica.locking.lock(session, NAME, wish({ ttlMs: LONG_MS })),
    ]) {
      await replica.locking.lock(session, NAME, wish());
      await replica.clock.advance(LEASE_MS / 3 + 1);
      // The table has done what was asked, and its answer is still on the way.
      replica.table.afterwards = async () => {
        replica.table.afterwards = () => Promise.resolve();
        await replica.renewer.tick();
      };
      await ask();
      expect(await remainingMs()).to.equal(LONG_MS);
      expect(session.held.get(NAME)).to.include({ ttlMs: LONG_MS, keepAlive: false });
    }
  });

  it('goes on keeping a lease alive whose longer TTL could not be had', async () => {
    const session = replica.session();
    await replica.locking.lock(session, NAME, wish());
    replica.table.cutOff = true;
    for (const ask of [
      replica.locking.renew(session, NAME, LONG_MS),
      replica.locking.lock(session, NAME, wish({ ttlMs: LONG_MS })),
    ]) {
      expect(await rejection(ask)).to.be.instanceOf(LockTableUnavailable);
    }
    replica.table.cutOff = false;
    expect(session.held.get(NAME)).to.include({ ttlMs: LEASE_MS, keepAlive: true });
  });

  it('says once that a lock was lost', async () => {
    const other = replica.replica();
    await replica.locking.lock(replica.session(), NAME, wish());
    replica.table.cutOff = true;
    await replica.clock.advance(LEASE_MS + 1_000);
    replica.table.cutOff = false;
    await other.locking.lock(other.session(), NAME, wish());
    await replica.clock.advance(5_000);
    const lost = replica.log.lines.filter(({ event }) => event === 'lock.lost');
    expect(lost).to.have.length(1);
  });
});
