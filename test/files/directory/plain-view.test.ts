import {
  appendFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { expect } from 'chai';
import { VIEW_PACE_MS } from '../../../src/files/directory/plain-view.js';
import { SWEEP_EVERY_MS } from '../../../src/files/directory/sweeper.js';
import { nameOf, put, read, remove, write } from '../../contract/file-store.contract.js';
import { settle } from '../../support/fake-clock.js';
import { type Replica, StoreFixture } from './store-fixture.js';

describe('The plain view', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  let fixture: StoreFixture;
  let one: Replica;
  let other: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    one = await fixture.replica({ plainView: 'on' });
    other = await fixture.replica({ plainView: 'on' });
  });

  afterEach(() => fixture.close());

  const plain = (name: string): Promise<string> => readFile(fixture.path(name), 'utf8');

  const isThere = (name: string): Promise<boolean> =>
    lstat(fixture.path(name)).then(
      () => true,
      () => false,
    );

  async function found(): Promise<Record<string, string>> {
    const contents: Record<string, string> = {};
    for (const entry of await readdir(fixture.own('found'), { recursive: true })) {
      const path = fixture.own('found', entry);
      if ((await stat(path)).isFile()) {
        contents[entry.replace(/\.\d{8}T.*$/, '')] = await readFile(path, 'utf8');
      }
    }
    return contents;
  }

  /** Their clock is one, so both sweep: what the other does is waited for, too. */
  async function sweep(replica: Replica): Promise<void> {
    await fixture.clock.advance(SWEEP_EVERY_MS);
    await Promise.all([replica, one, other].map(({ store }) => store.idle()));
  }

  it('shows the current version of every file, as old as the version', async () => {
    await write(one.store, 'a', 'one');
    await write(other.store, 'dir/sub/b', 'deep');
    await write(other.store, 'a', 'two');
    await Promise.all([one.store.idle(), other.store.idle()]);
    expect(await plain('a')).to.equal('two');
    expect(await plain('dir/sub/b')).to.equal('deep');
    const record = await one.store.stat(nameOf('a'));
    const { mtimeMs } = await stat(fixture.path('a'));
    expect(Math.abs(mtimeMs * 1000 - (record?.modified ?? 0))).to.be.lessThan(1000);
  });

  it('is gone after a deletion, and back after the next version', async () => {
    const head = await write(one.store, 'dir/a', 'one');
    await one.store.idle();
    const deleted = await remove(one.store, head);
    await one.store.idle();
    expect(await isThere('dir/a')).to.equal(false);
    expect(await readdir(fixture.own('views'))).to.deep.equal([]);
    await put(one.store, deleted, 'three');
    await one.store.idle();
    expect(await plain('dir/a')).to.equal('three');
  });

  it('can be written into without altering a stored version, and what was written is kept', async () => {
    await write(one.store, 'a', 'one');
    await one.store.idle();
    await appendFile(fixture.path('a'), ' edited');
    expect(await read(other.store, 'a')).to.equal('one');
    await write(other.store, 'a', 'two');
    await other.store.idle();
    expect(await plain('a')).to.equal('two');
    expect(await found()).to.deep.equal({ a: 'one edited' });
    expect(other.observer.repairs).to.include('found');
    expect(other.log.lines.map(({ event }) => event)).to.include('view.found');
  });

  it('gives way to a deletion, but what was put there by hand is kept', async () => {
    const head = await write(one.store, 'dir/a', 'one');
    await one.store.idle();
    await rm(fixture.path('dir/a'));
    await writeFile(fixture.path('dir/a'), 'mine');
    await remove(one.store, head);
    await one.store.idle();
    expect(await isThere('dir/a')).to.equal(false);
    expect(await found()).to.deep.equal({ 'dir/a': 'mine' });
  });

  it('replaces a copy of a kept version without keeping it', async () => {
    await write(one.store, 'a', 'one');
    await write(one.store, 'a', 'two');
    await one.store.idle();
    await rm(fixture.path('a'));
    await writeFile(fixture.path('a'), 'one');
    await write(one.store, 'a', 'three');
    await one.store.idle();
    expect(await plain('a')).to.equal('three');
    expect(await found()).to.deep.equal({});
  });

  it('leaves only one copy of the current version behind', async () => {
    for (let at = 0; at < 5; at++) {
      await write(one.store, 'a', `${at}`);
      await one.store.idle();
    }
    const [folder = ''] = await readdir(fixture.own('views'));
    expect(await readdir(fixture.own('views', folder))).to.have.length(1);
    expect(await fixture.prepared()).to.deep.equal([]);
  });

  describe('written by two replicas', () => {
    it('ends at the newer version, though the older one is written last', async () => {
      const stop = one.failpoints.stopAt('view.before-rename');
      await write(one.store, 'a', 'one');
      await stop.reached;
      await write(other.store, 'a', 'two');
      await other.store.idle();
      expect(await plain('a')).to.equal('two');
      stop.resume();
      await one.store.idle();
      expect(await plain('a')).to.equal('two');
      expect(await found()).to.deep.equal({});
    });

    it('ends at the newer one where both replace the same view', async () => {
      await write(one.store, 'a', 'zero');
      await one.store.idle();
      const stop = one.failpoints.stopAt('view.before-rename');
      await write(one.store, 'a', 'one');
      await stop.reached;
      await write(other.store, 'a', 'two');
      await other.store.idle();
      stop.resume();
      await one.store.idle();
      expect(await plain('a')).to.equal('two');
      expect(await found()).to.deep.equal({});
    });

    it('does not bring back a file deleted meanwhile', async () => {
      const stop = one.failpoints.stopAt('view.before-rename');
      const head = await write(one.store, 'a', 'one');
      await stop.reached;
      await remove(other.store, head);
      await other.store.idle();
      stop.resume();
      await one.store.idle();
      expect(await isThere('a')).to.equal(false);
    });

    it('is brought up to date by the other if the writer died', async () => {
      const silent = await fixture.replica({ plainView: 'off' });
      await write(one.store, 'lagging', 'one');
      await one.store.idle();
      await write(silent.store, 'lagging', 'two');
      await write(silent.store, 'missing', 'new');
      await remove(silent.store, await write(one.store, 'deleted', 'x'));
      await one.store.idle();
      await sweep(other);
      expect(await plain('lagging')).to.equal('two');
      expect(await plain('missing')).to.equal('new');
      expect(await isThere('deleted')).to.equal(false);
    });
  });

  describe('somebody put a file into', () => {
    it('is only reported until the next version, and once', async () => {
      await write(one.store, 'a', 'one');
      await one.store.idle();
      await writeFile(fixture.path('mine'), 'mine');
      await rename(fixture.path('mine'), fixture.path('a'));
      for (let times = 0; times < 3; times++) await sweep(other);
      expect(await plain('a')).to.equal('mine');
      expect(await read(other.store, 'a')).to.equal('one');
      const reports = other.log.lines.filter(({ event }) => event === 'view.foreign');
      expect(reports.map(({ fields }) => fields['file'])).to.deep.equal(['a']);
      await write(other.store, 'a', 'two');
      await other.store.idle();
      expect(await plain('a')).to.equal('two');
      expect(await found()).to.deep.equal({ a: 'mine' });
    });

    it('is overwritten if it is a kept version', async () => {
      await write(one.store, 'a', 'one');
      await write(one.store, 'a', 'two');
      await one.store.idle();
      await rm(fixture.path('a'));
      await writeFile(fixture.path('a'), 'one');
      await sweep(other);
      expect(await plain('a')).to.equal('two');
      expect(await found()).to.deep.equal({});
    });

    it('is taken for the view if it is the current version', async () => {
      await write(one.store, 'a', 'one');
      await one.store.idle();
      await rm(fixture.path('a'));
      await writeFile(fixture.path('a'), 'one');
      const { ino } = await stat(fixture.path('a'));
      await sweep(other);
      expect((await stat(fixture.path('a'))).ino).to.equal(ino);
      await write(other.store, 'a', 'two');
      await other.store.idle();
      expect(await plain('a')).to.equal('two');
    });

    it('is kept even if it was edited in the moment it was replaced', async () => {
      await write(one.store, 'a', 'one');
      await one.store.idle();
      one.failpoints.doAt('view.before-rename', () => appendFile(fixture.path('a'), ' edited'));
      await write(one.store, 'a', 'two');
      await one.store.idle();
      expect(await plain('a')).to.equal('two');
      expect(await found()).to.deep.equal({ a: 'one edited' });
    });

    it('is kept even if it was put there in the moment the view is made', async () => {
      one.failpoints.doAt('view.before-rename', () => writeFile(fixture.path('a'), 'mine'));
      await write(one.store, 'a', 'one');
      await one.store.idle();
      expect(await plain('a')).to.equal('one');
      expect(await found()).to.deep.equal({ a: 'mine' });
    });

    it('where a folder must be makes room', async () => {
      await write(one.store, 'dir/a', 'one');
      await one.store.idle();
      await rm(fixture.path('dir'), { recursive: true });
      await writeFile(fixture.path('dir'), 'mine');
      await write(one.store, 'dir/a', 'two');
      await one.store.idle();
      expect(await plain('dir/a')).to.equal('two');
      expect(await found()).to.deep.equal({ dir: 'mine' });
    });
  });

  it('leaves a folder in its place alone, and says that it failed', async () => {
    await write(one.store, 'a', 'one');
    await one.store.idle();
    await rm(fixture.path('a'));
    await mkdir(fixture.path('a'));
    await write(one.store, 'a', 'two');
    await one.store.idle();
    expect((await lstat(fixture.path('a'))).isDirectory()).to.equal(true);
    expect(one.observer.repairs.at(-1)).to.equal('failed');
    expect(await read(other.store, 'a')).to.equal('two');
  });

  it('follows a file that changes all the time once a second', async () => {
    const written = async (): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      one.failpoints.doAt('view.after-rename', async () => resolve());
      await promise;
    };
    const first = written();
    await write(one.store, 'a', 'one');
    await first;
    // The work for it is over when it waits for its pace.
    const timers = fixture.clock.pendingTimers;
    while (fixture.clock.pendingTimers === timers) {
      await write(one.store, 'a', 'other');
      await settle();
    }
    for (let at = 0; at < 20; at++) await write(one.store, 'a', `${at}`);
    // The timer seen above may have been another's: then one more was under way.
    for (let paces = 0; paces < 2 && (await plain('a')) !== '19'; paces++) {
      const next = written();
      await fixture.clock.advance(VIEW_PACE_MS);
      await next;
    }
    expect(await plain('a')).to.equal('19');
    expect(one.failpoints.steps.filter((step) => step === 'view.after-rename').length).to.be.below(
      4,
    );
    await write(one.store, 'a', 'last');
    await one.store.close();
    expect(await plain('a')).to.equal('last');
  });

  it('can be switched off', async () => {
    const silent = await fixture.replica({ plainView: 'off' });
    await write(silent.store, 'a', 'one');
    await silent.store.idle();
    expect(await readdir(fixture.root)).to.deep.equal(['.candado']);
  });

  it('is written before close() returns', async () => {
    await write(one.store, 'a', 'one');
    await one.store.close();
    expect(await plain('a')).to.equal('one');
  });
});
