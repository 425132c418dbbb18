import { expect } from 'chai';
import { ContentDamaged } from '../../src/files/errors.js';
import type { OpenFile } from '../../src/files/file-store.js';
import { Keeping } from '../../src/files/keeping.js';
import { MemoryFileStore } from '../../src/files/memory/memory-file-store.js';
import type { ChangeOptions } from '../../src/sessions/publishing.js';
import type { Session } from '../../src/sessions/session.js';
import { FakeClock } from '../support/fake-clock.js';
import { rejection } from '../support/rejection.js';
import { fileName, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('data.txt');

/** Gives out other bytes than were written. */
class DamagedFileStore extends MemoryFileStore {
  damaged = false;

  override async openFile(...args: Parameters<MemoryFileStore['openFile']>) {
    const file = await super.openFile(...args);
    if (file === undefined || !this.damaged) return file;
    const damaged: OpenFile = {
      record: file.record,
      async *read() {
        yield Buffer.from('rotten');
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
    return damaged;
  }
}

describe('Publishing an old version again', () => {
  let files: DamagedFileStore;
  let replica: SessionFixture;
  let mine: Session;
  let theirs: Session;

  beforeEach(async () => {
    const clock = new FakeClock();
    files = new DamagedFileStore(clock, 1_000, new Keeping(3));
    replica = new SessionFixture(clock, files);
    mine = replica.session();
    theirs = replica.session();
    await replica.put(theirs, NAME, 'one', { version: 0 });
    await replica.put(theirs, NAME, 'two', { version: 1 });
  });

  const lock = async (session: Session): Promise<void> => {
    expect((await replica.locking.lock(session, NAME, wish())).outcome).to.equal('granted');
  };

  const restore = (version: number, options: Partial<ChangeOptions> = {}) =>
    replica.publishing.restore(mine, NAME, version, { keep: false, ...options });

  it('makes it the newest, by whoever restores, and ends the lock', async () => {
    await lock(mine);
    expect(await restore(1)).to.deep.equal({ outcome: 'published', version: 3 });
    expect(await replica.content(NAME)).to.equal('one');
    const [newest, , oldest] = await files.history(NAME);
    expect(newest).to.deep.include({ version: 3, session: mine.id, sha256: oldest?.sha256 });
    expect(mine.held.size).to.equal(0);
  });

  it('undoes a deletion', async () => {
    await lock(mine);
    await replica.publishing.delete(mine, NAME, { keep: true });
    expect(await replica.content(NAME)).to.equal(undefined);
    expect(await restore(2)).to.deep.equal({ outcome: 'published', version: 4 });
    expect(await replica.content(NAME)).to.equal('two');
  });

  it('needs a lock or the version to replace', async () => {
    expect(await restore(1)).to.include({ outcome: 'notlocked' });
    expect(await restore(1, { version: 1 })).to.deep.equal({ outcome: 'conflict', version: 2 });
    expect(await restore(1, { version: 2 })).to.include({ outcome: 'published' });
    await lock(theirs);
    expect(await restore(1, { version: 3 })).to.include({ outcome: 'locked' });
    expect(await replica.content(NAME)).to.equal('one');
  });

  it('is refused to a holder that was followed by another', async () => {
    await lock(mine);
    replica.clock.advance(60_000);
    await lock(theirs);
    expect(await restore(1)).to.include({ outcome: 'fenced' });
    expect(await replica.content(NAME)).to.equal('two');
  });

  it('knows no version that is not kept, is a deletion, or never was', async () => {
    await lock(mine);
    for (const content of ['3', '4', '5']) await replica.put(mine, NAME, content, { keep: true });
    await replica.publishing.delete(mine, NAME, { keep: true });
    for (const version of [1, 6, 7]) {
      expect(await restore(version, { keep: true })).to.deep.equal({ outcome: 'absent' });
    }
    const nowhere = fileName('nowhere');
    const options = { keep: false, version: 0 };
    expect(await replica.publishing.restore(mine, nowhere, 1, options)).to.deep.equal({
      outcome: 'absent',
    });
    expect(await files.head(nowhere)).to.equal(undefined);
  });

  it('asked again under the same id answers the same', async () => {
    await lock(mine);
    const options = { requestId: 'once', keep: true };
    expect(await restore(1, options)).to.deep.equal({ outcome: 'published', version: 3 });
    expect(await restore(1, options)).to.deep.equal({ outcome: 'repeated', version: 3 });
  });

  it('does not publish what is damaged', async () => {
    await lock(mine);
    files.damaged = true;
    expect(await rejection(restore(1))).to.be.instanceOf(ContentDamaged);
    files.damaged = false;
    expect(await replica.content(NAME)).to.equal('two');
    expect(mine.held.size).to.equal(1);
  });
});
