import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SETTLE_MS } from '../../../src/files/directory/options.js';
import { FileNameTaken, FileStoreUnavailable, FileTooBig } from '../../../src/files/errors.js';
import {
  CONTRACT_MAX_FILE_BYTES,
  nameOf,
  put,
  read,
  remove,
  write,
} from '../../contract/file-store.contract.js';
import { settle } from '../../support/fake-clock.js';
import { type Replica, StoreFixture } from './store-fixture.js';

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('Adopting plain files', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  const x = nameOf('x');
  let fixture: StoreFixture;
  let one: Replica;
  let other: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    one = await fixture.replica({ plainView: 'on' });
    other = await fixture.replica({ plainView: 'on' });
  });

  afterEach(() => fixture.close());

  /** Makes a file look as if it were written this very moment of the fake clock. */
  async function touch(path: string): Promise<void> {
    const seconds = fixture.clock.epochMicros() / 1_000_000;
    await utimes(path, seconds, seconds);
  }

  /** Waits until the store waits for the clock; fails if `work` ends without that. */
  async function untilWaiting(work: Promise<unknown>, timers: number): Promise<void> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    work.then(over, over);
    while (fixture.clock.pendingTimers <= timers) {
      if (isOver) throw new Error('it did not wait');
      await settle();
    }
  }

  it('makes them version 1, as old as the file', async () => {
    await writeFile(fixture.path('x'), 'by hand');
    await utimes(fixture.path('x'), 1_600_000_000, 1_600_000_000);
    expect(await read(one.store, 'x')).to.equal('by hand');
    expect(await other.store.stat(x)).to.deep.include({
      version: 1,
      token: 0,
      session: '',
      size: 7,
      modified: 1_600_000_000_000_000,
    });
  });

  for (const [what, touchFirst] of Object.entries({
    head: (name: Replica) => name.store.head(x),
    ensureHead: (name: Replica) => name.store.ensureHead(x),
    stat: (name: Replica) => name.store.stat(x),
    history: (name: Replica) => name.store.history(x),
    openFile: (name: Replica) => read(name.store, 'x'),
    fence: (name: Replica) => name.store.fence(x, 3, false),
  })) {
    it(`happens at the first ${what}`, async () => {
      await writeFile(fixture.path('x'), 'by hand');
      await touchFirst(one);
      expect((await other.store.head(x))?.version).to.equal(1);
      expect(await read(other.store, 'x')).to.equal('by hand');
    });
  }

  it('by two replicas at once is done once', async () => {
    await writeFile(fixture.path('x'), 'by hand');
    const heads = await Promise.all([one, other, one, other].map(({ store }) => store.head(x)));
    expect(new Set(heads.map((head) => head?.nonce)).size).to.equal(1);
    expect(heads[0]?.version).to.equal(1);
    expect(await fixture.contents()).to.have.length(1);
  });

  it('at start takes everything that lay there before, at once', async () => {
    await mkdir(fixture.path('dir/sub'), { recursive: true });
    for (const name of ['x', 'dir/y', 'dir/sub/z']) await writeFile(fixture.path(name), name);
    const started = await fixture.replica();
    expect(await readdir(fixture.own('files'))).to.have.members(['x', 'dir']);
    expect(await read(started.store, 'dir/sub/z')).to.equal('dir/sub/z');
    expect((await fixture.contents()).length).to.equal(3);
  });

  it('waits for a file that was touched a moment ago', async () => {
    await writeFile(fixture.path('x'), 'fresh');
    await touch(fixture.path('x'));
    const timers = fixture.clock.pendingTimers;
    const reading = read(one.store, 'x');
    await untilWaiting(reading, timers);
    expect(await fixture.contents()).to.have.length(0);
    await fixture.clock.advance(SETTLE_MS);
    expect(await reading).to.equal('fresh');
  });

  it('gives up on a file that is written all the time, and says so', async () => {
    await writeFile(fixture.path('x'), '');
    await touch(fixture.path('x'));
    const timers = fixture.clock.pendingTimers;
    const error = errorOf(one.store.ensureHead(x));
    for (let looks = 0; looks < 3; looks++) {
      await untilWaiting(error, timers);
      await appendFile(fixture.path('x'), 'more');
      await fixture.clock.advance(SETTLE_MS / 2);
      await touch(fixture.path('x'));
      await fixture.clock.advance(SETTLE_MS / 2);
    }
    expect(await error).to.be.instanceOf(FileStoreUnavailable);
    expect(await fixture.contents()).to.have.length(0);
    expect((await one.store.list({ count: 5 })).names).to.deep.equal(['x']);
  });

  it('copies anew if the file changed under the copy', async () => {
    await writeFile(fixture.path('x'), 'half');
    one.failpoints.doAt('adopt.copied', () => appendFile(fixture.path('x'), ' and half'));
    expect(await read(one.store, 'x')).to.equal('half and half');
    expect(await fixture.contents()).to.have.length(1);
  });

  it('leaves the file where it is, and knows it afterwards', async () => {
    await writeFile(fixture.path('x'), 'by hand');
    const before = await lstat(fixture.path('x'));
    const head = await one.store.ensureHead(x);
    expect((await lstat(fixture.path('x'))).ino).to.equal(before.ino);
    await put(other.store, head, 'two');
    await other.store.idle();
    expect(await readFile(fixture.path('x'), 'utf8')).to.equal('two');
    expect(await read(one.store, 'x', 1)).to.equal('by hand');
    expect(await readdir(fixture.own('found'))).to.deep.equal([]);
  });

  it('keeps what was written into the file after it was adopted', async () => {
    await writeFile(fixture.path('x'), 'by hand');
    const head = await one.store.ensureHead(x);
    await appendFile(fixture.path('x'), ', later');
    expect(await read(one.store, 'x')).to.equal('by hand');
    await put(one.store, head, 'two');
    await one.store.idle();
    const [found = ''] = await readdir(fixture.own('found'));
    expect(await readFile(fixture.own('found', found), 'utf8')).to.equal('by hand, later');
    expect(await readFile(fixture.path('x'), 'utf8')).to.equal('two');
  });

  it('does not touch a name that somebody holds unwritten', async () => {
    await one.store.fence(x, 3, false);
    await writeFile(fixture.path('x'), 'by hand');
    expect(await read(other.store, 'x')).to.equal(undefined);
    expect((await other.store.head(x))?.version).to.equal(0);
  });

  it('does not bring back what was deleted', async () => {
    await remove(one.store, await write(one.store, 'x', 'one'));
    await one.store.idle();
    await writeFile(fixture.path('x'), 'by hand');
    expect(await read(other.store, 'x')).to.equal(undefined);
    expect((await other.store.list({ count: 5 })).names).to.deep.equal([]);
  });

  it('refuses what is too big', async () => {
    await writeFile(fixture.path('x'), Buffer.alloc(CONTRACT_MAX_FILE_BYTES + 1));
    expect(await errorOf(one.store.head(x))).to.be.instanceOf(FileTooBig);
  });

  it('shuts out names above and below plain files, as it does among files', async () => {
    await writeFile(fixture.path('x'), 'by hand');
    await mkdir(fixture.path('dir'));
    await writeFile(fixture.path('dir/y'), 'by hand');
    expect(await errorOf(one.store.ensureHead(nameOf('x/y')))).to.be.instanceOf(FileNameTaken);
    expect(await errorOf(one.store.ensureHead(nameOf('dir')))).to.be.instanceOf(FileNameTaken);
    expect(await read(one.store, 'x/y')).to.equal(undefined);
    expect(await read(one.store, 'dir')).to.equal(undefined);
  });

  it('lists files that were not adopted yet, among the others', async () => {
    await write(one.store, 'b', 'written');
    await mkdir(fixture.path('a'));
    for (const name of ['a/1', 'a/2', 'c', 'bad{name}']) await writeFile(fixture.path(name), '');
    expect((await other.store.list({ count: 9 })).names).to.deep.equal(['a/1', 'a/2', 'b', 'c']);
    expect(await other.store.list({ count: 2, after: 'a/1' })).to.deep.equal({
      names: ['a/2', 'b'],
      next: 'b',
    });
    expect((await other.store.list({ count: 9, pattern: 'a/*' })).names).to.have.length(2);
  });

  describe('past symbolic links', () => {
    let outside: string;

    beforeEach(async () => {
      outside = await mkdtemp(join(tmpdir(), 'candado-outside-'));
      await writeFile(join(outside, 'secret'), 'secret');
      await symlink(join(outside, 'secret'), fixture.path('x'));
      await symlink(outside, fixture.path('dir'));
    });

    afterEach(() => rm(outside, { recursive: true, force: true }));

    it('reads and lists nothing', async () => {
      expect(await read(one.store, 'x')).to.equal(undefined);
      expect(await read(one.store, 'dir/secret')).to.equal(undefined);
      expect((await one.store.list({ count: 9 })).names).to.deep.equal([]);
      const started = await fixture.replica();
      expect(await started.store.head(nameOf('dir/secret'))).to.equal(undefined);
    });

    it('writes nothing', async () => {
      for (const name of ['x', 'dir/secret', 'dir/new']) await write(one.store, name, 'mine');
      await one.store.idle();
      expect(await readdir(outside)).to.deep.equal(['secret']);
      expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('secret');
      expect((await lstat(fixture.path('x'))).isSymbolicLink()).to.equal(true);
      expect(one.observer.repairs).to.deep.equal(['failed', 'failed', 'failed']);
      expect(await read(other.store, 'dir/new')).to.equal('mine');
    });
  });
});
