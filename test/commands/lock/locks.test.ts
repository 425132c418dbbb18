import { expect } from 'chai';
import { type FakeClient, LockCommands } from './fixture.js';

interface Entry {
  readonly name: string;
  readonly session: string;
}

describe('LOCKS', () => {
  let commands: LockCommands;
  let alice: FakeClient;
  let bob: FakeClient;

  beforeEach(() => {
    commands = new LockCommands();
    alice = commands.client('alice');
    bob = commands.client('bob');
  });

  const namesOf = async (client: FakeClient, ...args: string[]): Promise<readonly string[]> =>
    ((await client.send('LOCKS', ...args)) as readonly Entry[]).map(({ name }) => name);

  it('tells everything that is known of a lock', async () => {
    await alice.send('LOCK', 'a', 'TTL', '5000', 'NOTE', 'backup');
    await commands.replica.clock.advance(1_500);
    const waiting = bob.send('LOCK', 'a', 'SHARED', 'WAIT', '1000');
    await commands.waitersReach('a', 1);
    const [entry] = (await bob.send('LOCKS')) as readonly Record<string, unknown>[];
    expect(entry).to.deep.equal({
      name: 'a',
      mode: 'exclusive',
      token: 1,
      session: alice.session.id,
      holder: 'alice',
      address: '192.0.2.1:5000',
      since: entry?.['since'],
      remaining: 3_500,
      waiting: 1,
      note: 'backup',
      age: 1_500,
      queue: [
        { session: bob.session.id, mode: 'shared', holder: 'bob', address: '192.0.2.1:5000' },
      ],
    });
    await commands.replica.clock.advance(1_000);
    await waiting;
  });

  it('shows only the first ten who wait, in order, and counts all', async () => {
    await alice.send('LOCK', 'a');
    const waits = Array.from({ length: 12 }, (_, at) =>
      commands.client(`waiter-${at}`).send('LOCK', 'a', 'WAIT', '1000'),
    );
    await commands.waitersReach('a', 12);
    const [entry] = (await bob.send('LOCKS')) as { waiting: number; queue: { holder: string }[] }[];
    expect(entry?.waiting).to.equal(12);
    expect(entry?.queue.map(({ holder }) => holder)).to.deep.equal(
      Array.from({ length: 10 }, (_, at) => `waiter-${at}`),
    );
    await commands.replica.clock.advance(1_000);
    await Promise.all(waits);
  });

  it('chooses by pattern, by session, and leases that ran out and nobody took', async () => {
    await alice.send('LOCK', 'x/1', 'TTL', '1000');
    await alice.send('LOCK', 'x/2');
    await bob.send('LOCK', 'x/3', 'TTL', '1000');
    await bob.send('LOCK', 'y');
    expect(await namesOf(alice)).to.deep.equal(['x/1', 'x/2', 'x/3', 'y']);
    expect(await namesOf(alice, 'x/*')).to.deep.equal(['x/1', 'x/2', 'x/3']);
    expect(await namesOf(alice, 'mine')).to.deep.equal(['x/1', 'x/2']);
    expect(await namesOf(bob, '*', 'MINE')).to.deep.equal(['y']);
    expect(await namesOf(alice, 'STALE')).to.deep.equal([]);
    await commands.replica.clock.advance(1_001);
    expect(await namesOf(alice, 'stale')).to.deep.equal(['x/1', 'x/3']);
    expect(await namesOf(alice, 'x/*', 'STALE', 'MINE')).to.deep.equal(['x/1']);
  });

  it('takes MINE for the option, and [M]INE for the file', async () => {
    await alice.send('LOCK', 'MINE');
    await alice.send('LOCK', 'other');
    expect(await namesOf(bob, 'MINE')).to.deep.equal([]);
    expect(await namesOf(bob, '[M]INE')).to.deep.equal(['MINE']);
    expect(await bob.send('LOCKS', 'MINE', 'x')).to.match(/^-ERR unknown option "X"/);
    expect(await bob.send('LOCKS', 'MINE', 'MINE')).to.match(/^-ERR MINE is given twice/);
  });

  it('tells each of several readers, with the same queue', async () => {
    await alice.send('LOCK', 'a', 'SHARED');
    await bob.send('LOCK', 'a', 'SHARED', 'NOTE', 'reading');
    const writer = commands.client('writer').send('LOCK', 'a', 'WAIT', '1000');
    await commands.waitersReach('a', 1);
    const entries = (await alice.send('LOCKS')) as { note: string; queue: unknown[] }[];
    expect(entries.map(({ note }) => note)).to.deep.equal(['', 'reading']);
    expect(entries.map(({ queue }) => queue.length)).to.deep.equal([1, 1]);
    await commands.replica.clock.advance(1_000);
    await writer;
  });
});
