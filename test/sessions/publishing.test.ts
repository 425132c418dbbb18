import { expect } from 'chai';
import type { Session } from '../../src/sessions/session.js';
import { rejection } from '../support/rejection.js';
import { fileName, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

describe('Publishing', () => {
  let replica: SessionFixture;
  let mine: Session;
  let theirs: Session;

  beforeEach(() => {
    replica = new SessionFixture();
    mine = replica.session();
    theirs = replica.session();
  });

  const lock = async (session: Session, changes: Parameters<typeof wish>[0] = {}) => {
    expect((await replica.locking.lock(session, NAME, wish(changes))).outcome).to.equal('granted');
  };

  it('publishes under a lock and ends it', async () => {
    await lock(mine);
    expect(await replica.put(mine, NAME, 'one')).to.deep.equal({
      outcome: 'published',
      version: 1,
    });
    expect(await replica.content(NAME)).to.equal('one');
    expect((await replica.table.inspect(NAME)).holders).to.deep.equal([]);
    expect(mine.held.size).to.equal(0);
  });

  it('keeps the lock where asked to, and goes on from its own version', async () => {
    await lock(mine);
    await replica.put(mine, NAME, 'one', { keep: true });
    expect(await replica.put(mine, NAME, 'two', { keep: true })).to.include({ version: 2 });
    expect(mine.held.size).to.equal(1);
  });

  it('refuses a change without lock and version, and leaves no trace of it', async () => {
    expect(replica.publishing.refusedFromTheStart(mine, NAME, false)).to.deep.equal({
      outcome: 'notlocked',
      shared: false,
    });
    expect(await replica.put(mine, NAME, 'x')).to.include({ outcome: 'notlocked' });
    expect(await replica.files.head(NAME)).to.equal(undefined);
    expect(replica.observer.events).to.include('conflict:notlocked');
  });

  it('leaves no trace of a name whose first content did not arrive whole', async () => {
    const incoming = {
      chunks: brokenOff(),
      options: () => Promise.resolve({ version: 0, keep: false }),
    };
    const failed = await rejection(replica.publishing.put(mine, NAME, incoming));
    expect(failed.message).to.equal('the connection ended');
    expect(await replica.files.head(NAME)).to.equal(undefined);
  });

  it('refuses a change under a shared lock', async () => {
    await lock(mine, { mode: 'shared' });
    expect(await replica.put(mine, NAME, 'x')).to.deep.equal({
      outcome: 'notlocked',
      shared: true,
    });
  });

  it('replaces exactly the version that a client without lock names', async () => {
    expect(await replica.put(mine, NAME, 'one', { version: 0 })).to.include({ version: 1 });
    expect(await replica.put(theirs, NAME, 'x', { version: 0 })).to.deep.equal({
      outcome: 'conflict',
      version: 1,
    });
    expect(await replica.put(theirs, NAME, 'two', { version: 1 })).to.include({ version: 2 });
  });

  it('refuses a version without lock while somebody holds the file', async () => {
    await lock(theirs);
    expect(await replica.put(mine, NAME, 'x', { version: 0 })).to.include({ outcome: 'locked' });
    expect(await replica.put(theirs, NAME, 'y')).to.include({ outcome: 'published' });
  });

  it('fences a holder whose lock was granted to somebody else since', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    await lock(theirs);
    expect(await replica.put(mine, NAME, 'stale')).to.include({ outcome: 'fenced' });
    expect(await replica.put(theirs, NAME, 'fresh')).to.include({
      outcome: 'published',
      version: 1,
    });
    expect(mine.held.size).to.equal(0);
  });

  it('fences a holder that was followed by readers', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    await lock(theirs, { mode: 'shared' });
    expect(await replica.put(mine, NAME, 'stale')).to.include({ outcome: 'fenced' });
    expect(await replica.content(NAME)).to.equal(undefined);
  });

  it('refuses a version without lock where readers came after it looked who holds the file', async () => {
    await lock(mine);
    await replica.put(mine, NAME, 'one');
    // The readers before them have left the table's token where it is.
    await lock(theirs, { mode: 'shared' });
    await replica.locking.unlock(theirs, NAME);
    const publish = replica.files.publish.bind(replica.files);
    replica.files.publish = async (staged) => {
      replica.files.publish = publish;
      await lock(theirs, { mode: 'shared' });
      return await publish(staged);
    };
    expect(await replica.put(mine, NAME, 'two', { version: 1 })).to.deep.equal({
      outcome: 'conflict',
      version: 1,
    });
    expect(await replica.content(NAME)).to.equal('one');
  });

  it('fences a holder also after readers were granted by a table without memory', async () => {
    const emptied = new SessionFixture(replica.clock, replica.files);
    await lock(mine);
    const reader = emptied.session();
    const read = await emptied.locking.lock(reader, NAME, wish({ mode: 'shared' }));
    expect(read.outcome).to.equal('granted');
    expect(await replica.put(mine, NAME, 'late')).to.include({ outcome: 'fenced' });
    expect(await replica.content(NAME)).to.equal(undefined);
  });

  it('frees the lock of a holder that it fenced', async () => {
    const emptied = new SessionFixture(replica.clock, replica.files);
    await lock(mine);
    const other = emptied.session();
    expect((await emptied.locking.lock(other, NAME, wish())).outcome).to.equal('granted');
    expect(await replica.put(mine, NAME, 'late')).to.include({ outcome: 'fenced' });
    expect((await replica.table.inspect(NAME)).holders).to.deep.equal([]);
    expect(replica.observer.events).to.deep.equal([
      'granted:exclusive',
      'expired:exclusive',
      'conflict:fenced',
    ]);
  });

  it('never reads the head again: a holder fenced and renewed too late stays fenced', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    await lock(theirs);
    await replica.put(theirs, NAME, 'theirs');
    await replica.locking.renew(mine, NAME);
    expect(await replica.put(mine, NAME, 'mine')).to.include({ outcome: 'notlocked' });
    expect(await replica.content(NAME)).to.equal('theirs');
  });

  it('ends for good a lease that ran out when somebody changes the file without a lock', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    await replica.put(theirs, NAME, 'theirs', { version: 0 });
    expect(await replica.locking.renew(mine, NAME)).to.deep.equal({ outcome: 'lost' });
    await lock(mine);
    expect(mine.held.get(NAME)?.head.version).to.equal(1);
    expect(await replica.put(mine, NAME, 'mine')).to.include({ version: 2 });
  });

  it('lets nobody renew a lease that ran out while somebody changes the file without a lock', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(1_001);
    const publish = replica.files.publish.bind(replica.files);
    let renewal: unknown;
    replica.files.publish = async (staged) => {
      renewal = await replica.locking.renew(mine, NAME);
      return await publish(staged);
    };
    expect(await replica.put(theirs, NAME, 'x', { version: 0 })).to.include({ version: 1 });
    expect(renewal).to.deep.equal({ outcome: 'lost' });
  });

  it('lets a holder write whose lease ran out and was claimed by nobody', async () => {
    await lock(mine, { ttlMs: 1_000 });
    await replica.clock.advance(60_000);
    expect(await replica.put(mine, NAME, 'late')).to.include({ outcome: 'published' });
  });

  it('answers the version although the release fails, and releases later', async () => {
    await lock(mine);
    replica.table.cutOff = true;
    expect(await replica.put(mine, NAME, 'one')).to.deep.equal({
      outcome: 'published',
      version: 1,
    });
    replica.table.cutOff = false;
    expect((await replica.table.inspect(NAME)).holders).to.have.length(1);
    await replica.clock.advance(1_000);
    expect((await replica.table.inspect(NAME)).holders).to.deep.equal([]);
  });

  it('deletes by a version without content, after which the file can be written again', async () => {
    await lock(mine);
    expect(await replica.publishing.delete(mine, NAME, { keep: false })).to.deep.equal({
      outcome: 'absent',
    });
    await replica.put(mine, NAME, 'one', { keep: true });
    expect(await replica.publishing.delete(mine, NAME, { keep: true })).to.include({ version: 2 });
    expect(await replica.content(NAME)).to.equal(undefined);
    expect(await replica.put(mine, NAME, 'again')).to.include({ version: 3 });
  });
});

async function* brokenOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('the first half');
  throw new Error('the connection ended');
}
