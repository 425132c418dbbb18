import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { DirectoryStoreOptions } from '../../../src/files/directory/options.js';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import { buildParts } from '../../../src/files/directory/store-parts.js';
import { FileNameUnfit, FileStoreUnavailable } from '../../../src/files/errors.js';
import { NoFailpoints, type StepName } from '../../../src/files/failpoints.js';
import { Keeping } from '../../../src/files/keeping.js';
import { nameOf, read, write } from '../../contract/file-store.contract.js';
import { RecordingLog } from '../../support/recording-log.js';
import {
  large,
  RecordingFileObserver,
  type Replica,
  StoreFixture,
  ToldMount,
} from './store-fixture.js';

function diskError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'write' });
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('A disk that fails', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica({
      durability: 'fsync',
      plainView: 'on',
      // Whatever the disk of this machine does, each step is to come by.
      mount: new ToldMount({ isLocal: true, keepsOrder: false }),
    });
  });

  afterEach(() => fixture.close());

  /** Whatever is no version any more, nor waits to become one, must be gone. */
  async function expectClean(versions: number): Promise<void> {
    await replica.store.close();
    await fixture.clock.advance(ORPHAN_AGE_MS + 60_000);
    await fixture.replica({ plainView: 'on' });
    expect(await fixture.contents()).to.have.length(versions);
    expect(await fixture.prepared()).to.deep.equal([]);
  }

  describe('by being full', () => {
    const beforeTheSwap: readonly StepName[] = [
      'sync.file',
      'sync.folder',
      'stage.content-written',
      'stage.record-placed',
      'stage.content-placed',
      'publish.before-swap',
    ];
    const refused = [
      ...beforeTheSwap
        .filter((step) => step !== 'stage.record-placed')
        .map((step) => [step, 'refused', 'version'] as const),
      ...beforeTheSwap.map((step) => [step, large('refused'), 'large version'] as const),
    ];
    for (const [step, content, what] of refused) {
      it(`at ${step} refuses the ${what}, says what to do, and loses nothing`, async () => {
        const head = await write(replica.store, 'a', 'one');
        await replica.store.idle();
        replica.failpoints.failAt(step, diskError('ENOSPC'));
        const error = await errorOf(write(replica.store, 'a', content));
        expect(error).to.be.instanceOf(FileStoreUnavailable);
        expect(error).to.include({ code: 'UNAVAILABLE', outcomeUnknown: false });
        expect((error as Error).message).to.match(/disk is full: make room below FILES_ROOT/);
        expect(await replica.store.head(nameOf('a'))).to.deep.equal(head);
        expect(await read(replica.store, 'a')).to.equal('one');
        expect(await readFile(fixture.path('a'), 'utf8')).to.equal('one');
        expect((await write(replica.store, 'a', 'two')).version).to.equal(2);
        await replica.store.idle();
        expect(await readFile(fixture.path('a'), 'utf8')).to.equal('two');
        await expectClean(2);
      });
    }

    for (const step of ['create.before-rename', 'create.after-rename'] as const) {
      it(`at ${step} refuses the new name, and leaves nothing prepared`, async () => {
        replica.failpoints.failAt(step, diskError('ENOSPC'));
        const error = await errorOf(write(replica.store, 'dir/a', 'refused'));
        expect(error).to.be.instanceOf(FileStoreUnavailable);
        expect(await fixture.prepared()).to.deep.equal([]);
        expect(await read(replica.store, 'dir/a')).to.equal(undefined);
        expect((await write(replica.store, 'dir/a', 'one')).version).to.equal(1);
        await expectClean(1);
      });
    }

    it('at fence.before-swap grants nothing, and goes on', async () => {
      const head = await write(replica.store, 'a', 'one');
      replica.failpoints.failAt('fence.before-swap', diskError('ENOSPC'));
      const error = await errorOf(replica.store.fence(nameOf('a'), 7, false));
      expect(error).to.be.instanceOf(FileStoreUnavailable);
      expect(await replica.store.head(nameOf('a'))).to.deep.equal(head);
      expect((await replica.store.fence(nameOf('a'), 7, false)).outcome).to.equal('fenced');
    });

    for (const step of ['view.copied', 'view.before-rename', 'view.moved-aside'] as const) {
      it(`at ${step} leaves the version acknowledged, and the plain view to the next`, async () => {
        await write(replica.store, 'a', 'one');
        await replica.store.idle();
        await rm(fixture.path('a'));
        await writeFile(fixture.path('a'), 'by hand');
        replica.failpoints.failAt(step, diskError('ENOSPC'));
        await write(replica.store, 'a', 'two');
        await replica.store.idle();
        expect(await read(replica.store, 'a')).to.equal('two');
        expect(replica.observer.repairs).to.include('failed');
        expect(replica.log.lines.map(({ event }) => event)).to.include('view.failed');
        await write(replica.store, 'a', 'three');
        await replica.store.idle();
        expect(await readFile(fixture.path('a'), 'utf8')).to.equal('three');
        await expectClean(3);
      });
    }
  });

  describe('by going away', () => {
    it('and coming back with another store lets that one be written', async () => {
      const versions = 150;
      for (let at = 0; at < versions; at++) await write(replica.store, 'a', `${at}`);
      await replica.store.idle();
      await rm(fixture.own(), { recursive: true });
      await rm(fixture.path('a'));
      await fixture.replica({ plainView: 'on' });
      const refusals: unknown[] = [];
      for (let at = 0; at < 20; at++) {
        const error = await errorOf(write(replica.store, 'b', `${at}`));
        if (error !== undefined) refusals.push(error);
      }
      expect(refusals).to.have.length(1);
      expect((refusals[0] as Error).message).to.match(/send it again$/);
      expect(await read(replica.store, 'b')).to.equal('19');
    }).timeout(30_000);

    it('makes nothing anew where it was', async () => {
      await write(replica.store, 'dir/a', 'one');
      await replica.store.idle();
      const stop = replica.failpoints.stopAt('view.copied');
      await write(replica.store, 'dir/a', 'two');
      await stop.reached;
      await rm(fixture.root, { recursive: true });
      stop.resume();
      await replica.store.idle();
      const error = await errorOf(write(replica.store, 'dir/a', 'three'));
      expect((error as Error).message).to.match(/check that its volume is mounted/);
      expect(await errorOf(readFile(fixture.own('views')))).to.have.property('code', 'ENOENT');
    });
  });

  describe('by not holding long names', () => {
    const long = nameOf(`${'x'.repeat(200)}/`.repeat(5).slice(0, -1));
    let deep: StoreFixture;

    beforeEach(async () => {
      // PATH_MAX leaves room for short names only.
      const folders = Array.from({ length: 16 }, () => 'd'.repeat(200)).join('/');
      await mkdir(fixture.path(folders), { recursive: true });
      deep = StoreFixture.at(fixture.path(folders), fixture.clock);
    });

    afterEach(() => deep.close());

    it('refuses such a name as one, with what to do, and takes others', async () => {
      const { store } = await deep.replica({ plainView: 'on' });
      for (const work of [
        store.head(long),
        store.ensureHead(long),
        store.fence(long, 1, false),
        store.openFile(long),
      ]) {
        const error = await errorOf(work);
        expect(error).to.be.instanceOf(FileNameUnfit);
        expect(error).to.have.property('code', 'NAME');
        expect((error as Error).message).to.match(/choose a shorter one$/);
      }
      await write(store, 'short', 'one');
      expect((await store.list({ count: 9 })).names).to.deep.equal(['short']);
      await store.idle(); // the plain file of the short one is prepared there, too
      expect(await deep.prepared()).to.deep.equal([]);
    });
  });

  it('in the plain view alone keeps the version, and others go on', async () => {
    const options = new DirectoryStoreOptions(fixture.root, 1000, new Keeping(3), 'os', 'on');
    const observer = new RecordingFileObserver();
    const { clock } = fixture;
    const parts = buildParts(options, clock, new RecordingLog(), observer, new NoFailpoints());
    // Heads are spelt otherwise than plain files, so a disk may take the one and not the other.
    const plain = parts.layout.plain.bind(parts.layout);
    parts.layout.plain = (name) => plain(name === 'a' ? 'a'.repeat(300) : name);
    await parts.plain.checkRoomFor(nameOf('a'));
    expect(await parts.adoption.adopt(nameOf('a'), 0)).to.equal(undefined);
    for (const name of ['a', 'b']) {
      await write(replica.store, name, 'one');
      await replica.store.idle();
      await rm(fixture.path(name));
      parts.views.add(nameOf(name));
      await parts.views.flush();
    }
    expect(observer.repairs).to.deep.equal(['failed', 'written']);
    expect(await readFile(fixture.path('b'), 'utf8')).to.equal('one');
    expect(await read(replica.store, 'a')).to.equal('one');
  });

  it('by damage to one folder harms nothing else', async () => {
    await write(replica.store, 'a', 'one');
    const b = await write(replica.store, 'b', 'one');
    await rm(fixture.own('files', 'a'), { recursive: true });
    await writeFile(fixture.own('files', 'a'), '');
    await chmod(fixture.own('files', 'a'), 0o400);
    expect(await errorOf(replica.store.head(nameOf('a')))).to.be.instanceOf(FileStoreUnavailable);
    expect(await replica.store.head(nameOf('b'))).to.deep.equal(b);
    expect((await write(replica.store, 'b', 'two')).version).to.equal(2);
  });
});
