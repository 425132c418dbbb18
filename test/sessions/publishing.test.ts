import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { FileStoreUnavailable } from '../../src/files/errors.js';
import type { Session } from '../../src/sessions/session.js';
import { rejection } from '../support/rejection.js';
import { fileName, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');
const NOTHING_NAMED = { version: false, requestId: false };

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
    expect(replica.publishing.refusedFromTheStart(mine, NAME, NOTHING_NAMED)).to.deep.equal({
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

  it('refuses a content that is not the one announced, and the lock goes on', async () => {
    await lock(mine);
    const announced = createHash('sha256').update('as sent').digest('hex');
    const outcome = await replica.put(mine, NAME, 'as damaged', { sha256: announced });
    expect(outcome).to.deep.equal({
      outcome: 'differs',
      sha256: createHash('sha256').update('as damaged').digest('hex'),
    });
    expect(await replica.content(NAME)).to.equal(undefined);
    expect(mine.held.size).to.equal(1);
    expect(await replica.put(mine, NAME, 'as sent', { sha256: announced })).to.include({
      version: 1,
    });
  });

  it('leaves no trace of a name whose first content was not the one announced', async () => {
    const sha256 = createHash('sha256').update('as sent').digest('hex');
    const outcome = await replica.put(mine, NAME, 'as damaged', { version: 0, sha256 });
    expect(outcome).to.include({ outcome: 'differs' });
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

  describe('while a change is seen, but not on the disk yet', () => {
    let disk: PromiseWithResolvers<void>;

    beforeEach(() => {
      disk = Promise.withResolvers();
      const { files } = replica;
      const publish = files.publish.bind(files);
      files.publish = async (staged, onSwapped) => {
        const result = await publish(staged, onSwapped);
        await disk.promise;
        return result;
      };
    });

    it('has given its lock up, and the next holder goes on from it', async () => {
      await lock(mine);
      let isAnswered = false;
      const first = replica.put(mine, NAME, 'one').finally(() => {
        isAnswered = true;
      });
      await lock(theirs, { waitMs: 1_000 });
      const second = replica.put(theirs, NAME, 'two');
      expect(await replica.content(NAME)).to.equal('one');
      expect(isAnswered).to.equal(false);
      disk.resolve();
      expect(await first).to.deep.equal({ outcome: 'published', version: 1 });
      expect(await second).to.deep.equal({ outcome: 'published', version: 2 });
    });

    it('keeps its lock where asked to', async () => {
      await lock(mine);
      const first = replica.put(mine, NAME, 'one', { keep: true });
      const other = await replica.locking.lock(theirs, NAME, wish());
      expect(other.outcome).to.equal('locked');
      disk.resolve();
      expect(await first).to.include({ version: 1 });
      expect(mine.held.size).to.equal(1);
    });

    it('has given its lock up also where the disk fails then', async () => {
      await lock(mine);
      disk.reject(new FileStoreUnavailable('the disk is gone', true));
      const error = await rejection(replica.put(mine, NAME, 'one'));
      expect(error).to.include({ outcomeUnknown: true });
      expect((await replica.table.inspect(NAME)).holders).to.deep.equal([]);
      expect(mine.held.size).to.equal(0);
    });
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

  describe('of a request with an id', () => {
    const requestId = 'request-1';

    it('answers the version that it published, and changes nothing again', async () => {
      await lock(mine);
      expect(await replica.put(mine, NAME, 'one', { requestId })).to.include({
        outcome: 'published',
        version: 1,
      });
      expect(await replica.put(mine, NAME, 'one', { requestId })).to.deep.equal({
        outcome: 'repeated',
        version: 1,
      });
      expect(await replica.files.history(NAME)).to.have.length(1);
      expect(replica.observer.events.filter((event) => event === 'published:put')).to.have.length(
        1,
      );
    });

    it('answers it before any refusal', async () => {
      const repeated = { outcome: 'repeated', version: 1 };
      await replica.put(mine, NAME, 'one', { requestId, version: 0 });
      const again = (changes: object = {}) =>
        replica.put(mine, NAME, 'one', { requestId, ...changes });
      expect(await again(), 'not NOTLOCKED').to.deep.equal(repeated);
      expect(await again({ version: 0 }), 'not CONFLICT').to.deep.equal(repeated);
      await lock(theirs);
      expect(await again({ version: 1 }), 'not LOCKED').to.deep.equal(repeated);
      await replica.put(theirs, NAME, 'two');
      expect(await again(), 'whatever came after it').to.deep.equal(repeated);
      expect(await replica.content(NAME)).to.equal('two');
    });

    it('answers it to a holder whose lock was lost, who is fenced with any other', async () => {
      await lock(mine);
      await replica.put(mine, NAME, 'one', { requestId, keep: true });
      await replica.clock.advance(31_000);
      await lock(theirs);
      await replica.renewer.tick();
      expect(mine.held.get(NAME)?.state).to.equal('lost');
      const named = { version: false, requestId: true };
      expect(replica.publishing.refusedFromTheStart(mine, NAME, named)).to.equal(undefined);
      expect(await replica.put(mine, NAME, 'one', { requestId, keep: true })).to.include({
        outcome: 'repeated',
      });
      expect(await replica.put(mine, NAME, 'two', { requestId: 'request-2' })).to.include({
        outcome: 'fenced',
      });
    });

    it('answers it on another replica whose lock table knows nothing', async () => {
      await lock(mine);
      await replica.put(mine, NAME, 'one', { requestId });
      const emptied = new SessionFixture(replica.clock, replica.files);
      expect(await emptied.put(emptied.session(), NAME, 'one', { requestId })).to.deep.equal({
        outcome: 'repeated',
        version: 1,
      });
    });

    it('ends the lock as the first one would have, unless it is to be kept', async () => {
      await lock(mine);
      await replica.put(mine, NAME, 'one', { requestId, keep: true });
      await replica.put(mine, NAME, 'one', { requestId, keep: true });
      expect(mine.held.size).to.equal(1);
      await replica.put(mine, NAME, 'one', { requestId });
      expect(mine.held.size).to.equal(0);
      expect((await replica.table.inspect(NAME)).holders).to.deep.equal([]);
    });

    it('leaves a lock of the same session alone that the request did not need', async () => {
      await replica.put(mine, NAME, 'one', { requestId, version: 0 });
      await lock(mine, { mode: 'shared' });
      await replica.put(mine, NAME, 'one', { requestId });
      expect(mine.held.get(NAME)?.mode).to.equal('shared');
    });

    it('is another request under another name', async () => {
      const other = fileName('other.txt');
      await replica.put(mine, NAME, 'one', { requestId, version: 0 });
      expect(await replica.put(mine, other, 'one', { requestId, version: 0 })).to.deep.equal({
        outcome: 'published',
        version: 1,
      });
    });

    it('finds the first attempt where that won while the second was on its way', async () => {
      const publish = replica.files.publish.bind(replica.files);
      replica.files.publish = async (staged) => {
        replica.files.publish = publish;
        await replica.put(theirs, NAME, 'one', { requestId, version: 0 });
        return await publish(staged);
      };
      expect(await replica.put(mine, NAME, 'one', { requestId, version: 0 })).to.deep.equal({
        outcome: 'repeated',
        version: 1,
      });
      expect(await replica.files.history(NAME)).to.have.length(1);
    });

    it('tells a holder at once that its lock is lost, where the first attempt won against it', async () => {
      await lock(mine);
      const emptied = new SessionFixture(replica.clock, replica.files);
      const publish = replica.files.publish.bind(replica.files);
      replica.files.publish = async (staged) => {
        replica.files.publish = publish;
        await emptied.put(emptied.session(), NAME, 'one', { requestId, version: 0 });
        return await publish(staged);
      };
      const lost: string[] = [];
      mine.listener = { lost: ({ name }) => lost.push(name), waitedFor: () => undefined };
      expect(await replica.put(mine, NAME, 'one', { requestId, keep: true })).to.deep.equal({
        outcome: 'repeated',
        version: 1,
      });
      expect(lost).to.deep.equal([NAME]);
      expect(await replica.put(mine, NAME, 'two', { keep: true })).to.include({
        outcome: 'fenced',
      });
    });

    it('publishes once when it comes through two connections at the same moment', async () => {
      const outcomes = await Promise.all(
        [mine, theirs].map((session) =>
          replica.put(session, NAME, 'one', { requestId, version: 0 }),
        ),
      );
      expect(outcomes.map(({ outcome }) => outcome)).to.have.members(['published', 'repeated']);
      expect(outcomes.map((outcome) => 'version' in outcome && outcome.version)).to.deep.equal([
        1, 1,
      ]);
      expect(await replica.files.history(NAME)).to.have.length(1);
    });

    it('answers a repeated deletion with its version', async () => {
      await replica.put(mine, NAME, 'one', { version: 0 });
      const deletion = { version: 1, keep: false, requestId };
      expect(await replica.publishing.delete(mine, NAME, deletion)).to.deep.equal({
        outcome: 'published',
        version: 2,
      });
      expect(await replica.publishing.delete(mine, NAME, deletion)).to.deep.equal({
        outcome: 'repeated',
        version: 2,
      });
    });

    it('asks nothing of the store where there is no id', async () => {
      replica.files.published = () => Promise.reject(new Error('asked without need'));
      await lock(mine);
      expect(await replica.put(mine, NAME, 'one', { keep: true })).to.include({ version: 1 });
      expect(await replica.publishing.delete(mine, NAME, { keep: false })).to.include({
        version: 2,
      });
      expect(await replica.put(mine, NAME, 'x')).to.include({ outcome: 'notlocked' });
    });
  });
});

async function* brokenOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('the first half');
  throw new Error('the connection ended');
}
