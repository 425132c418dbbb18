import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { ORPHAN_AGE_MS } from '../../../src/files/directory/orphans.js';
import {
  author,
  bytesOf,
  nameOf,
  read,
  remove,
  write,
} from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from '../directory/store-fixture.js';
import { headPath, linesOf } from './check-rig.js';

/** What is put back after a damage is as young as it looks, and has to be old enough all the same. */
const LATER_MS = 2 * ORPHAN_AGE_MS;

/** What the names of heads are made of, and a little more. */
const SIGNS = '0123456789abcdefghijklmnopqrstuvwxyz.-_~%';

const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function pick<Item>(items: readonly Item[], at: number): Item {
  const item = items[Math.floor(at * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

for (const build of ['this', 'an earlier'] as const) {
  describe(`A single damage of what ${build} build wrote is found, or changes nothing:`, function () {
    this.timeout(60_000);
    const names = ['a', 'deep/er/ä', 'deep/once', 'gone', 'empty'];
    let fixture: StoreFixture;
    let replica: Replica;
    let whole: unknown;
    /** Records and contents. */
    let shelf: readonly string[];

    before(async () => {
      fixture = await StoreFixture.create();
      replica = await fixture.replica();
      const { store } = replica;
      for (let version = 1; version <= 5; version++) await write(store, 'a', `${version} of a`);
      const head = await write(store, 'deep/er/ä', 'first');
      const staged = await store.stage(head, bytesOf('by a request'), author(3, 'ö request'));
      await store.publish(staged);
      await write(store, 'deep/once', 'only one');
      await remove(store, await write(store, 'gone', 'was here'));
      await write(store, 'empty', '');
      await store.idle();
      await fixture.clock.advance(LATER_MS);
      await store.idle();
      if (build !== 'this') await fixture.asWrittenByEarlierBuilds();
      await store.close();
      replica = await fixture.replica();
      const entries = await readdir(fixture.own('contents'), { recursive: true });
      shelf = entries
        .filter((entry) => entry.includes('/'))
        .map((one) => fixture.own('contents', one));
      // Two contents of `a` were pruned, and a deletion has none.
      const apart = 11 - 2 - 1;
      expect(shelf).to.have.length(build === 'this' ? 11 : 11 + apart);
      whole = await told();
    });

    after(() => fixture.close());

    /** All that the store tells whoever asks; undefined if it fails. */
    async function told(): Promise<unknown> {
      const { store } = replica;
      try {
        const all: unknown[] = [await store.list({ count: 1000, deleted: true })];
        for (const name of names) {
          const history = await store.history(nameOf(name));
          all.push([name, history, await store.stat(nameOf(name))]);
          for (const { version } of history) all.push(await read(store, name, version));
        }
        all.push(await store.published(nameOf('deep/er/ä'), 'ö request'));
        return all;
      } catch {
        return undefined;
      }
    }

    async function expectFoundOrHarmless(damage: string): Promise<void> {
      const lines = await linesOf(replica.store);
      if (lines.length === 0) expect(await told(), damage).to.deep.equal(whole);
    }

    it('a changed byte of a record or a content', async () => {
      await fc.assert(
        fc.asyncProperty(
          position,
          position,
          fc.integer({ min: 1, max: 255 }),
          async (which, at, bits) => {
            const path = pick(shelf, which);
            const bytes = await readFile(path);
            if (bytes.length === 0) return;
            const changed = Buffer.from(bytes);
            const offset = Math.floor(at * bytes.length);
            changed[offset] = (changed[offset] ?? 0) ^ bits;
            await writeFile(path, changed);
            await expectFoundOrHarmless(`${path} ${offset}`);
            await writeFile(path, bytes);
          },
        ),
        { numRuns: 150 },
      );
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });

    it('a record or a content that is gone', async () => {
      for (const path of shelf) {
        const bytes = await readFile(path);
        await rm(path);
        expect(await linesOf(replica.store), path).to.have.length(1);
        await writeFile(path, bytes);
      }
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });

    it('a head, or the mark of a folder, that is gone', async () => {
      const heads = await Promise.all(names.map((name) => headPath(fixture, name)));
      const marks = ['deep', 'deep/er'].map((folder) => fixture.own('files', folder, '.folder'));
      for (const path of [...heads, ...marks]) {
        await rm(path);
        expect(await linesOf(replica.store), path).to.have.length(1);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, '');
      }
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });

    it('a changed sign of the name of a head', async () => {
      const sign = fc.constantFrom(...SIGNS);
      await fc.assert(
        fc.asyncProperty(position, position, sign, async (which, at, to) => {
          const path = await headPath(fixture, pick(names, which));
          const entry = basename(path);
          const offset = Math.floor(at * entry.length);
          const damaged = join(
            dirname(path),
            entry.slice(0, offset) + to + entry.slice(offset + 1),
          );
          await rename(path, damaged);
          await expectFoundOrHarmless(damaged);
          await rename(damaged, path);
        }),
        { numRuns: 150 },
      );
      expect(await linesOf(replica.store)).to.deep.equal([]);
    });
  });
}
