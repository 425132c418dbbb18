import { expect } from 'chai';
import type { Grant, LockRequest } from '../../../src/locks/lock-table.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { KnownGrants } from '../../../src/locks/redis/known-grants.js';
import { FakeClock } from '../../support/fake-clock.js';

const GRANT: Grant = { grantId: 'g' as GrantId, token: 3, mode: 'exclusive', fresh: true };
const REQUEST: LockRequest = {
  name: 'a.txt',
  mode: 'exclusive',
  session: 'ana' as SessionId,
  grantId: GRANT.grantId,
  ttlMs: 1_000,
  waitMs: 0,
  holder: 'job',
  address: '192.0.2.1:1',
  note: 'nightly',
  generation: 1,
  holdsOthers: false,
};

const KNOWN = {
  name: 'a.txt',
  grantId: 'g',
  session: 'ana',
  mode: 'exclusive',
  token: 9,
  ttlMs: 2_000,
  holder: 'job',
  address: '192.0.2.1:1',
  note: 'nightly',
  generation: 1,
};

describe('KnownGrants', () => {
  let clock: FakeClock;
  let known: KnownGrants;
  const lease = { name: 'a.txt', grantId: GRANT.grantId, ttlMs: 2_000 };

  beforeEach(() => {
    clock = new FakeClock();
    known = new KnownGrants(clock);
    known.granted(REQUEST, GRANT, clock.monotonicMs());
  });

  it('announces what was confirmed, with all that is known of it and what is left', async () => {
    expect([...known.announcements()]).to.deep.equal([]);
    expect(known.confirmedOf('a.txt')).to.deep.equal([]);
    known.raised(GRANT.grantId, 9);
    known.extended(lease, clock.monotonicMs());
    await clock.advance(500);
    expect([...known.announcements()]).to.deep.equal([{ ...KNOWN, leftMs: 1_500 }]);
    expect(known.confirmedOf('a.txt')).to.deep.equal(['g']);
  });

  it('announces what ran out as that, and not what ended', async () => {
    known.extended(lease, clock.monotonicMs());
    await clock.advance(2_001);
    expect([...known.announcements()]).to.deep.include({ ...KNOWN, token: 3, leftMs: 0 });
    expect(known.ended(GRANT.grantId)).to.deep.equal({ ...KNOWN, token: 3, leftMs: 0 });
    expect([...known.announcements()]).to.deep.equal([]);
    expect(known.has(GRANT.grantId)).to.equal(false);
    expect(known.ended(GRANT.grantId)).to.equal(undefined);
    expect(known.confirmedOf('a.txt')).to.deep.equal([]);
  });

  it('counts a lease from before the table was asked', async () => {
    const sinceMs = clock.monotonicMs();
    await clock.advance(300);
    known.extended(lease, sinceMs);
    expect(known.announcement(GRANT.grantId)?.leftMs).to.equal(1_700);
  });

  it('replaces what a session had of the same name', () => {
    known.extended(lease, clock.monotonicMs());
    const writer: Grant = { ...GRANT, grantId: 'w' as GrantId, token: 4 };
    known.granted({ ...REQUEST, grantId: writer.grantId }, writer, clock.monotonicMs());
    expect(known.has(GRANT.grantId)).to.equal(false);
    const other = { ...GRANT, grantId: 'o' as GrantId };
    const request = { ...REQUEST, grantId: other.grantId, session: 'ben' as SessionId };
    known.granted(request, other, clock.monotonicMs());
    expect(known.has(writer.grantId)).to.equal(true);
  });

  it('announces what was taken over under its new generation', () => {
    const takeOver = {
      ...lease,
      session: 'ana' as SessionId,
      generation: 2,
      address: '192.0.2.2:2',
    };
    const taken = { token: 9, mode: 'exclusive', holder: 'job', note: 'nightly' } as const;
    const grantId = 'new' as GrantId;
    known.tookOver({ ...takeOver, grantId }, taken, clock.monotonicMs());
    expect([...known.announcements()]).to.deep.equal([
      { ...KNOWN, grantId, generation: 2, address: '192.0.2.2:2', leftMs: 2_000 },
    ]);
  });

  it('says once of a lease that was granted outright since when it runs, and announces it', async () => {
    const asked = { ...lease, ttlMs: REQUEST.ttlMs };
    const sinceMs = clock.monotonicMs();
    expect(known.takeOutright(asked)).to.equal(undefined);
    known.runs(GRANT.grantId, sinceMs);
    await clock.advance(99);
    expect([...known.announcements()]).to.deep.equal([
      { ...KNOWN, token: 3, ttlMs: 1_000, leftMs: 901 },
    ]);
    expect(known.takeOutright(asked)).to.equal(sinceMs);
    expect(known.takeOutright(asked)).to.equal(undefined);
  });

  it('has the table asked where much of a lease that was granted outright is over', async () => {
    known.runs(GRANT.grantId, clock.monotonicMs());
    await clock.advance(100);
    expect(known.takeOutright({ ...lease, ttlMs: REQUEST.ttlMs })).to.equal(undefined);
  });

  it('has the table asked where another length is asked for than was granted outright', () => {
    known.runs(GRANT.grantId, clock.monotonicMs());
    expect(known.takeOutright(lease)).to.equal(undefined);
  });

  it('forgets what ran out long ago, and nothing else', async () => {
    known.extended(lease, clock.monotonicMs());
    await clock.advance(2_000 + 3_600_000);
    known.prune();
    expect(known.size).to.equal(1);
    await clock.advance(1);
    known.prune();
    expect(known.size).to.equal(0);
  });
});
