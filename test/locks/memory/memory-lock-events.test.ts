import { expect } from 'chai';
import { MemoryEventFeed } from '../../../src/events/memory-event-feed.js';
import { LEAVE_PLACE, type LockRequest } from '../../../src/locks/lock-table.js';
import { MemoryLockTable } from '../../../src/locks/memory/memory-lock-table.js';
import { type GrantId, PROVISIONAL_MS, type SessionId } from '../../../src/locks/model.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const NAME = 'dir/a.txt';
const TTL_MS = 10_000;

describe('What a MemoryLockTable tells of a lock', () => {
  let clock: FakeClock;
  let table: MemoryLockTable;
  let told: unknown[];

  beforeEach(() => {
    clock = new FakeClock();
    const feed = new MemoryEventFeed();
    table = new MemoryLockTable(clock, feed);
    told = [];
    feed.listen(({ topic, message }) => {
      expect(topic).to.equal(`lock:${NAME}`);
      told.push(JSON.parse(message));
    });
  });

  afterEach(async () => {
    await table.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  const ask = (session: string, wish: Partial<LockRequest> = {}): LockRequest => ({
    name: NAME,
    mode: 'exclusive',
    session: session as SessionId,
    grantId: `${session}’s` as GrantId,
    ttlMs: TTL_MS,
    waitMs: 0,
    holder: session,
    address: '192.0.2.1:5',
    note: '',
    generation: 1,
    holdsOthers: false,
    ...wish,
  });

  const confirm = (grantId: GrantId) => table.confirm({ name: NAME, grantId, ttlMs: TTL_MS });

  const hold = async (session: string, wish: Partial<LockRequest> = {}): Promise<GrantId> => {
    const answer = await table.acquire(ask(session, wish));
    if (answer.outcome !== 'granted') throw new Error(answer.outcome);
    expect(await confirm(answer.grant.grantId)).to.include({ copies: 0 });
    return answer.grant.grantId;
  };

  const granted = (holder: string, token: number, mode = 'exclusive') => ({
    event: 'granted',
    mode,
    token,
    holder,
    address: '192.0.2.1:5',
  });

  it('is a grant once it is confirmed, and its release', async () => {
    await table.acquire(ask('ana'));
    expect(told).to.deep.equal([]);
    await confirm(ask('ana').grantId);
    await confirm(ask('ana').grantId);
    await table.release(NAME, ask('ana').grantId);
    expect(told).to.deep.equal([
      granted('ana', 1),
      { event: 'released', mode: 'exclusive', token: 1 },
    ]);
  });

  it('is nothing where a grant was never confirmed', async () => {
    await table.acquire(ask('ana'));
    await table.release(NAME, ask('ana').grantId);
    await table.acquire(ask('ana'));
    await clock.advance(PROVISIONAL_MS);
    await table.endExpired(NAME);
    await table.acquire(ask('ana'));
    await table.break({ name: NAME, token: 1, by: 'ops', reason: '' });
    expect(told).to.deep.equal([]);
  });

  it('is nothing where the session asks for what it holds, or is resumed', async () => {
    await hold('ana');
    await table.acquire(ask('ana', { grantId: 'another' as GrantId }));
    await table.takeOver(ask('ana', { generation: 2, grantId: 'third' as GrantId }));
    expect(told).to.deep.equal([granted('ana', 1)]);
  });

  it('counts who waits, each once, however often its session moves', async () => {
    await hold('ana');
    void table.acquire(ask('ben', { waitMs: TTL_MS * 2 }));
    const inPlaceOf = ask('ben').grantId;
    const moved = { generation: 2, grantId: 'moved' as GrantId, inPlaceOf };
    void table.acquire(ask('ben', { waitMs: TTL_MS * 2, ...moved }));
    void table.acquire(ask('cas', { waitMs: TTL_MS * 2 }));
    await settle();
    expect(told.slice(1)).to.deep.equal([
      { event: 'queued', waiting: 1 },
      { event: 'queued', waiting: 2 },
    ]);
  });

  it('is that a lease ran out once somebody else is granted, before that grant', async () => {
    await hold('ana');
    await clock.advance(TTL_MS);
    expect(told).to.deep.equal([granted('ana', 1)]);
    await hold('ben', { mode: 'shared' });
    expect(told.slice(1)).to.deep.equal([
      { event: 'expired', mode: 'exclusive', token: 1 },
      granted('ben', 2, 'shared'),
    ]);
  });

  it('is that a lease ran out where it is ended for good', async () => {
    await hold('ana', { mode: 'shared' });
    await clock.advance(TTL_MS);
    await table.endExpired(NAME);
    await table.endExpired(NAME);
    expect(told.slice(1)).to.deep.equal([{ event: 'expired', mode: 'shared', token: 1 }]);
  });

  it('is that it was broken, by whom and why, for each who held it', async () => {
    await hold('ana', { mode: 'shared' });
    await hold('ben', { mode: 'shared' });
    await table.break({ name: NAME, token: 9, by: 'ops', reason: 'stuck "again"' });
    const broken = { event: 'broken', token: 1, by: 'ops', reason: 'stuck "again"' };
    expect(told.slice(2)).to.deep.equal([broken, broken]);
  });

  it('is not that a reader lost the lock who becomes a writer', async () => {
    await hold('ana', { mode: 'shared' });
    await hold('ana', { grantId: 'writing' as GrantId });
    expect(told).to.deep.equal([granted('ana', 1, 'shared'), granted('ana', 2)]);
  });

  it('is not a grant to a place that nobody comes back to, which is forgotten in time', async () => {
    const first = await hold('ana');
    const leaving = new AbortController();
    const left = table.acquire(ask('ben', { waitMs: TTL_MS, signal: leaving.signal }));
    leaving.abort(LEAVE_PLACE);
    expect(await left).to.deep.equal({ outcome: 'cancelled' });
    await table.release(NAME, first);
    expect(clock.pendingTimers).to.equal(1);
    await clock.advance(PROVISIONAL_MS);
    expect(clock.pendingTimers).to.equal(0);
    expect(await confirm(ask('ben').grantId)).to.equal(undefined);
    await hold('cas');
    expect(told.at(-1)).to.deep.equal(granted('cas', 3));
  });
});
