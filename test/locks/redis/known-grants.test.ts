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
  note: '',
  generation: 1,
  holdsOthers: false,
};

describe('KnownGrants', () => {
  let clock: FakeClock;
  let known: KnownGrants;
  const lease = { name: 'a.txt', grantId: GRANT.grantId, ttlMs: 2_000 };

  beforeEach(() => {
    clock = new FakeClock();
    known = new KnownGrants(clock);
    known.granted(REQUEST, GRANT);
  });

  it('announces what was confirmed, with all that is known of it', () => {
    expect([...known.live()]).to.deep.equal([]);
    known.raised(GRANT.grantId, 9);
    known.extended(lease);
    expect([...known.live()]).to.deep.equal([
      {
        name: 'a.txt',
        grantId: 'g',
        session: 'ana',
        mode: 'exclusive',
        token: 9,
        ttlMs: 2_000,
        holder: 'job',
        address: '192.0.2.1:1',
      },
    ]);
  });

  it('announces neither what ran out nor what ended', async () => {
    known.extended(lease);
    await clock.advance(2_000);
    expect([...known.live()]).to.deep.equal([]);
    known.extended(lease);
    known.ended(GRANT.grantId);
    expect([...known.live()]).to.deep.equal([]);
    expect(known.has(GRANT.grantId)).to.equal(false);
  });

  it('forgets what ran out long ago, and nothing else', async () => {
    known.extended(lease);
    await clock.advance(2_000 + 3_600_000);
    known.prune();
    expect(known.size).to.equal(1);
    await clock.advance(1);
    known.prune();
    expect(known.size).to.equal(0);
  });
});
