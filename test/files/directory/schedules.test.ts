import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatHead, freshNonce } from '../../../src/files/directory/head-name.js';
import { HeadReader } from '../../../src/files/directory/head-reader.js';
import { Layout } from '../../../src/files/directory/layout.js';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import { PRUNED_GRACE_MS } from '../../../src/files/directory/retention.js';
import { FileNameTaken, FileStoreUnavailable } from '../../../src/files/errors.js';
import type { FileStore } from '../../../src/files/file-store.js';
import type { Head } from '../../../src/files/head.js';
import { author, bytesOf, nameOf, put, read, write } from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from './store-fixture.js';

const A = nameOf('a');

async function fenced(store: FileStore, token: number, shared = false): Promise<Head> {
  const result = await store.fence(A, token, shared);
  if (result.outcome !== 'fenced') throw new Error(`behind ${result.token}`);
  return result.head;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('Schedules of two replicas on one root', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  let fixture: StoreFixture;
  let one: Replica;
  let other: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    one = await fixture.replica();
    other = await fixture.replica();
  });

  afterEach(() => fixture.close());

  describe('a holder that stood still', () => {
    it('between grant and fence finds the newer token, and shuts nobody out', async () => {
      const stop = one.failpoints.stopAt('fence.before-swap');
      const late = one.store.fence(A, 5, false);
      await stop.reached;
      const newer = await fenced(other.store, 6);
      stop.resume();
      expect(await late).to.deep.equal({ outcome: 'behind', token: 6 });
      await put(other.store, newer, 'newer');
      expect(await read(one.store, 'a')).to.equal('newer');
    });

    it('between staging and publishing is refused after an exclusive grant', async () => {
      const staged = await one.store.stage(await fenced(one.store, 5), bytesOf('late'), author(5));
      const stop = one.failpoints.stopAt('publish.before-swap');
      const late = one.store.publish(staged);
      await stop.reached;
      await put(other.store, await fenced(other.store, 6), 'newer');
      stop.resume();
      expect((await late).outcome).to.equal('moved');
      expect(await read(one.store, 'a')).to.equal('newer');
      expect(await fixture.contents()).to.have.length(1);
    });

    it('is refused after a shared grant too', async () => {
      const staged = await one.store.stage(await fenced(one.store, 5), bytesOf('late'), author(5));
      const stop = one.failpoints.stopAt('publish.before-swap');
      const late = one.store.publish(staged);
      await stop.reached;
      const shared = await fenced(other.store, 6, true);
      stop.resume();
      expect(await late).to.deep.equal({ outcome: 'moved', current: shared });
      expect(await read(other.store, 'a')).to.equal(undefined);
    });

    it('cannot publish from a head that was forgotten and made again', async () => {
      const head = await fenced(one.store, 5);
      const staged = await one.store.stage(head, bytesOf('late'), author(5));
      const stop = one.failpoints.stopAt('publish.before-swap');
      const late = one.store.publish(staged);
      await stop.reached;
      await other.store.forgetUnwritten(head);
      const again = await fenced(other.store, 5);
      stop.resume();
      expect(await late).to.deep.equal({ outcome: 'moved', current: again });
    });
  });

  describe('a cleaner', () => {
    it('takes nothing that can still be published: it moves the head first', async () => {
      const head = await write(one.store, 'a', 'one');
      const staged = await one.store.stage(head, bytesOf('paused'), author(0));
      const stop = one.failpoints.stopAt('publish.before-swap');
      const late = one.store.publish(staged);
      await stop.reached;
      await fixture.clock.advance(ORPHAN_AGE_MS + 60_000);
      await fixture.replica();
      expect(await fixture.contents()).to.have.length(1);
      const current = await other.store.head(A);
      expect({ ...current, nonce: head.nonce }).to.deep.equal(head);
      expect(current?.nonce).not.to.equal(head.nonce);
      stop.resume();
      expect(await late).to.deep.equal({ outcome: 'moved', current });
      expect(await read(other.store, 'a')).to.equal('one');
    });

    it('that is itself overtaken by the publish leaves the content', async () => {
      const head = await write(one.store, 'a', 'one');
      const staged = await one.store.stage(head, bytesOf('two'), author(0));
      await fixture.clock.advance(ORPHAN_AGE_MS + 60_000);
      const cleaner = fixture.unopened();
      const stop = cleaner.failpoints.stopAt('clean.before-swap');
      await cleaner.store.open();
      await stop.reached;
      expect((await one.store.publish(staged)).outcome).to.equal('published');
      stop.resume();
      await cleaner.store.idle();
      expect(await read(other.store, 'a')).to.equal('two');
      expect(cleaner.failpoints.steps).not.to.include('clean.before-delete');
    });

    it('lets whoever read the head before find the newest content', async () => {
      // By the other: what this one published itself it has in memory.
      await write(other.store, 'a', 'old');
      const stop = one.failpoints.stopAt('open.head-read');
      const slow = read(one.store, 'a');
      await stop.reached;
      for (let at = 1; at <= 4; at++) await write(other.store, 'a', `new ${at}`);
      await fixture.clock.advance(PRUNED_GRACE_MS + 2000);
      await other.store.idle();
      expect(await fixture.contents()).to.have.length(3);
      stop.resume();
      expect(await slow).to.equal('new 4');
    });

    it('that takes a prepared folder away makes its creator begin anew', async () => {
      const stop = one.failpoints.stopAt('create.before-rename');
      const late = one.store.ensureHead(nameOf('x/y'));
      await stop.reached;
      await fixture.clock.advance(ORPHAN_AGE_MS + 60_000);
      await fixture.replica();
      expect(await fixture.prepared()).to.deep.equal([]);
      stop.resume();
      expect(await other.store.head(nameOf('x/y'))).to.equal(undefined);
      const head = await late;
      expect(await other.store.head(nameOf('x/y'))).to.deep.equal(head);
    });
  });

  describe('creators', () => {
    it('of a file that finds a folder there meanwhile are refused', async () => {
      const stop = one.failpoints.stopAt('create.before-rename');
      const late = errorOf(one.store.ensureHead(A));
      await stop.reached;
      await other.store.ensureHead(nameOf('a/b'));
      stop.resume();
      expect(await late).to.be.instanceOf(FileNameTaken);
      expect(await fixture.prepared()).to.deep.equal([]);
    });

    it('of a folder that find a file there meanwhile are refused', async () => {
      const stop = one.failpoints.stopAt('create.before-rename');
      const late = errorOf(one.store.ensureHead(nameOf('a/b')));
      await stop.reached;
      await other.store.ensureHead(A);
      stop.resume();
      expect(await late).to.be.instanceOf(FileNameTaken);
    });

    it('that saw a folder find it for good, also when its last name was forgotten', async () => {
      const only = await other.store.ensureHead(nameOf('a/b'));
      const stop = one.failpoints.stopAt('create.before-rename');
      const late = one.store.ensureHead(nameOf('a/c'));
      await stop.reached;
      await other.store.forgetUnwritten(only);
      expect(await errorOf(other.store.ensureHead(A))).to.be.instanceOf(FileNameTaken);
      stop.resume();
      const head = await late;
      expect(await other.store.head(nameOf('a/c'))).to.deep.equal(head);
    });

    it('take the place of a head that is just being forgotten', async () => {
      const head = await one.store.ensureHead(A);
      const stop = one.failpoints.stopAt('forget.after-unlink');
      const forgetting = one.store.forgetUnwritten(head);
      await stop.reached;
      const again = await other.store.ensureHead(A);
      expect(again.nonce).not.to.equal(head.nonce);
      stop.resume();
      await forgetting;
      expect(await one.store.head(A)).to.deep.equal(again);
    });
  });

  describe('a folder without a head', () => {
    const layout = (): Layout => new Layout(fixture.root);

    it('that a dead process left empty is as good as none', async () => {
      await mkdir(layout().headFolder(A));
      expect(await one.store.head(A)).to.equal(undefined);
      await mkdir(layout().headFolder(A));
      expect((await one.store.ensureHead(A)).version).to.equal(0);
    });

    it('is never taken for an absent file', async () => {
      await write(one.store, 'a', 'content');
      const folder = layout().headFolder(A);
      const head = await one.store.head(A);
      const name = join(folder, head ? formatHead(head) : '');
      await rename(name, join(folder, '.nfs0000000000000001'));
      expect(await errorOf(one.store.head(A))).to.be.instanceOf(FileStoreUnavailable);
      expect(await errorOf(one.store.ensureHead(A))).to.be.instanceOf(FileStoreUnavailable);
      expect(await errorOf(one.store.openFile(A))).to.be.instanceOf(FileStoreUnavailable);
    });

    it('is read again while its head is only out of sight', async () => {
      const folder = layout().headFolder(A);
      const head = await one.store.ensureHead(A);
      const hidden = join(folder, '.hidden');
      await rename(join(folder, formatHead(head)), hidden);
      const reading = new HeadReader(layout()).read(A);
      await rename(hidden, join(folder, formatHead(head)));
      expect(await reading).to.deep.equal(head);
    });

    it('that has two shows the higher version, then the higher token', async () => {
      const head = await write(one.store, 'a', 'x');
      const folder = layout().headFolder(A);
      const newer: Head = { ...head, version: 2, nonce: freshNonce() };
      await writeFile(join(folder, formatHead(newer)), '');
      expect(await one.store.head(A)).to.deep.equal(newer);
      const raised: Head = { ...newer, token: 9, nonce: freshNonce() };
      await writeFile(join(folder, formatHead(raised)), '');
      expect(await one.store.head(A)).to.deep.equal(raised);
    });
  });

  it('shows every name and head while thousands of heads move', async () => {
    const names = Array.from({ length: 2000 }, (_, at) =>
      nameOf(`many/${`${at}`.padStart(4, '0')}`),
    );
    const inFlight = 16;
    const each = async (work: (name: (typeof names)[number]) => Promise<void>): Promise<void> => {
      const left = names.values();
      const worker = async (): Promise<void> => {
        for (const name of left) await work(name);
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
    };
    const head = await one.store.ensureHead(names[0] ?? A);
    await put(one.store, head, 'x');
    await each(async (name) => {
      if ((await one.store.head(name)) === undefined) await write(one.store, name, 'x');
    });
    let isMoving = true;
    const moving = each(async (name) => {
      await one.store.fence(name, 1, false);
      await one.store.fence(name, 2, false);
    }).finally(() => {
      isMoving = false;
    });
    let rounds = 0;
    do {
      expect((await other.store.list({ count: 5000 })).names).to.have.length(names.length);
      for (let at = rounds % 7; at < names.length; at += 97) {
        expect((await other.store.head(names[at] ?? A))?.version).to.equal(1);
      }
      rounds++;
    } while (isMoving);
    await moving;
    expect((await other.store.head(names[1999] ?? A))?.token).to.equal(2);
  }).timeout(60_000);
});
