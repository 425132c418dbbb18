import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import { PRUNED_GRACE_MS, RECORDS_BEHIND } from '../../../src/files/directory/retention.js';
import { UNWRITTEN_AGE_MS } from '../../../src/files/directory/sweeper.js';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { author, bytesOf, nameOf, put, read, write } from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from './store-fixture.js';

/** Covers that the fake clock starts a little ahead of the disk's. */
const A_BIT_MS = 5_000;

describe('Cleaning', function () {
  // It waits for a disk that others may be using.
  this.timeout(10_000);
  const a = nameOf('a');
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
  });

  afterEach(() => fixture.close());

  describe('of old versions', () => {
    it('leaves them for a grace, then keeps the newest contents and every record', async () => {
      for (let at = 1; at <= 7; at++) await write(replica.store, 'a', `${at}`);
      await fixture.clock.advance(PRUNED_GRACE_MS - A_BIT_MS);
      await replica.store.idle();
      expect(await fixture.contents()).to.have.length(7);
      expect(await read(replica.store, 'a', 2)).to.equal('2');
      await fixture.clock.advance(2 * A_BIT_MS);
      await replica.store.idle();
      expect(await fixture.contents()).to.have.length(3);
      expect(await read(replica.store, 'a', 2)).to.equal(undefined);
      expect(await read(replica.store, 'a', 5)).to.equal('5');
      expect(await fixture.shelved()).to.have.length(7);
      const history = await replica.store.history(a);
      expect(history.map(({ version }) => version)).to.deep.equal([7, 6, 5]);
    });

    it('comes back for what was still in its grace', async () => {
      for (let at = 1; at <= 4; at++) await write(replica.store, 'a', `${at}`);
      await fixture.clock.advance(PRUNED_GRACE_MS - A_BIT_MS);
      for (let at = 5; at <= 6; at++) await write(replica.store, 'a', `${at}`);
      await fixture.clock.advance(2 * A_BIT_MS);
      await replica.store.idle();
      expect(await fixture.contents()).to.have.length(5);
      await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
      await replica.store.idle();
      expect(await fixture.contents()).to.have.length(3);
    });

    it('does not disturb who is reading one', async () => {
      await write(replica.store, 'a', 'old');
      await using file = await replica.store.openFile(a);
      for (let at = 1; at <= 5; at++) await write(replica.store, 'a', `${at}`);
      await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
      await replica.store.idle();
      expect(await fixture.contents()).to.have.length(3);
      const chunks: Buffer[] = [];
      for await (const chunk of file?.read(0, 9) ?? []) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).to.equal('old');
    });

    it('is made up for at the next start', async () => {
      for (let at = 1; at <= 5; at++) await write(replica.store, 'a', `${at}`);
      await replica.store.close();
      await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
      await fixture.replica();
      expect(await fixture.contents()).to.have.length(3);
    });

    it('keeps a bounded number of records behind them', async () => {
      for (let at = 1; at <= RECORDS_BEHIND + 10; at++) await write(replica.store, 'a', `${at}`);
      await fixture.clock.advance(PRUNED_GRACE_MS + A_BIT_MS);
      await replica.store.idle();
      expect(await fixture.contents()).to.have.length(3);
      expect(await fixture.shelved()).to.have.length(3 + RECORDS_BEHIND);
      expect(await read(replica.store, 'a')).to.equal(`${RECORDS_BEHIND + 10}`);
    }).timeout(10_000);
  });

  describe('after a crash', () => {
    /** A replica that starts when everything there is older than the orphan age. */
    async function restartLater(): Promise<Replica> {
      await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
      return await fixture.replica();
    }

    it('removes what was staged and never published', async () => {
      const head = await write(replica.store, 'a', 'one');
      await replica.store.stage(head, bytesOf('lost'), author(0));
      await replica.store.stageDeletion(head, author(0));
      await replica.store.stage(
        await replica.store.ensureHead(nameOf('b')),
        bytesOf('x'),
        author(0),
      );
      expect(await fixture.shelved()).to.have.length(1 + 1 + 1 + 1);
      const later = await restartLater();
      expect(await fixture.shelved()).to.have.length(1);
      expect(await read(later.store, 'a')).to.equal('one');
    });

    it('removes what lost against another publish, and nothing of the winner', async () => {
      const head = await write(replica.store, 'a', 'one');
      await replica.store.stage(head, bytesOf('loser'), author(0));
      const winner = await put(replica.store, head, 'winner');
      await put(replica.store, winner, 'three');
      const later = await restartLater();
      expect(await fixture.contents()).to.have.length(3);
      const history = await later.store.history(a);
      expect(history.map(({ version }) => version)).to.deep.equal([3, 2, 1]);
      expect(await read(later.store, 'a', 2)).to.equal('winner');
    });

    it('leaves young work alone: its writer may be alive', async () => {
      const head = await write(replica.store, 'a', 'one');
      const staged = await replica.store.stage(head, bytesOf('two'), author(0));
      await fixture.clock.advance(ORPHAN_AGE_MS - 60_000);
      await fixture.replica();
      expect((await replica.store.publish(staged)).outcome).to.equal('published');
    });

    it('removes half-written and prepared things', async () => {
      await writeFile(fixture.own('tmp', 'half'), 'half');
      await mkdir(fixture.own('tmp', 'tree', 'below'), { recursive: true });
      await writeFile(fixture.own('tmp', 'tree', 'below', 'head'), '');
      await fixture.replica();
      expect(await fixture.prepared()).to.have.length(2);
      await restartLater();
      expect(await fixture.prepared()).to.deep.equal([]);
    });

    it('removes records that a power cut left blank, once they are old, and tells of no damage', async () => {
      const { store } = replica;
      const head = await write(store, 'a', 'one');
      const blanks = ['', '\0'.repeat(200)].map((bytes, at) => {
        const id = `c${String(at).repeat(2)}${'f'.repeat(30)}`;
        return { path: fixture.recordPath(id), bytes };
      });
      for (const { path, bytes } of blanks) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, bytes);
      }
      const found = () => Array.fromAsync(store.upkeep.leftovers(false), ({ code }) => code);
      expect(await found()).to.deep.equal([]);
      await fixture.clock.advance(ORPHAN_AGE_MS + A_BIT_MS);
      expect(await found()).to.deep.equal(['LEFTOVER', 'LEFTOVER']);
      await fixture.replica();
      for (const { path } of blanks) expect(existsSync(path)).to.equal(false);
      expect(existsSync(fixture.recordPath(head.record ?? ''))).to.equal(true);
    });

    it('goes on past a damaged record, and tells of it', async () => {
      for (const name of ['a', 'b', 'c']) {
        for (let at = 1; at <= 4; at++) await write(replica.store, name, `${at}`);
      }
      const head = await replica.store.ensureHead(nameOf('c'));
      await replica.store.stage(head, bytesOf('lost'), author(0));
      await writeFile(fixture.recordPath((await replica.store.head(a))?.record ?? ''), 'damaged');
      const later = await restartLater();
      // All four of a, one of them behind what is damaged; three of b and c; not what was lost.
      expect(await fixture.contents()).to.have.length(3 + 3 + 3);
      const skipped = later.log.lines.filter(({ event }) => event === 'sweep.skipped');
      expect(skipped.map(({ fields }) => fields['file'])).to.deep.equal(['a']);
      const error = await later.store.stat(a).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(FileStoreUnavailable);
    });

    it('goes on past a head that cannot be read, and tells of it', async () => {
      await write(replica.store, 'a', 'one');
      await replica.store.stage(await write(replica.store, 'b', 'one'), bytesOf('x'), author(0));
      const [head = ''] = await readdir(fixture.own('files', 'a'));
      const rival = head.replace(/[0-9a-f]{24}$/, '0'.repeat(24));
      await writeFile(fixture.own('files', 'a', rival), '');
      const later = await restartLater();
      expect(await fixture.contents()).to.have.length(2);
      const skipped = later.log.lines.filter(({ event }) => event === 'sweep.skipped');
      expect(skipped.map(({ fields }) => fields['file'])).to.deep.equal(['a']);
      const error = await later.store.list({ count: 10 }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(FileStoreUnavailable);
    });

    it('leaves versions whose head is gone to a person', async () => {
      for (const name of ['a', 'b']) await write(replica.store, name, 'one');
      await write(replica.store, 'a', 'two');
      for (const name of ['a', 'b']) {
        await rm(fixture.own('files', name), { recursive: true });
      }
      await restartLater();
      expect(await fixture.contents()).to.have.length(3);
    });

    it('does not take contents behind a damaged chain for orphans', async () => {
      let head = await write(replica.store, 'a', 'one');
      const middle = await put(replica.store, head, 'two');
      head = await put(replica.store, middle, 'three');
      await fixture.removeRecord(middle.record ?? '');
      const later = await restartLater();
      expect(await fixture.contents()).to.have.length(2);
      expect(await read(later.store, 'a')).to.equal('three');
    });
  });

  describe('of names that were locked and never written', () => {
    it('waits a day', async () => {
      await replica.store.fence(nameOf('dir/locked'), 3, false);
      await fixture.clock.advance(UNWRITTEN_AGE_MS - 60_000);
      await fixture.replica();
      expect((await replica.store.head(nameOf('dir/locked')))?.token).to.equal(3);
      await fixture.clock.advance(60_000 + A_BIT_MS);
      await fixture.replica();
      expect(await replica.store.head(nameOf('dir/locked'))).to.equal(undefined);
      expect(await readdir(fixture.own('files', 'dir'))).to.deep.equal(['.folder']);
    });
  });
});
