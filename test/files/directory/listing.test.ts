import { mkdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { HeadReader } from '../../../src/files/directory/head-reader.js';
import { Layout } from '../../../src/files/directory/layout.js';
import { Listing } from '../../../src/files/directory/listing.js';
import { PlainTree } from '../../../src/files/directory/plain-tree.js';
import { MAX_NAME_SEGMENTS } from '../../../src/files/file-name.js';
import { write } from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from './store-fixture.js';

describe('Listing', () => {
  let fixture: StoreFixture;
  let replica: Replica;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
  });

  afterEach(() => fixture.close());

  const names = [
    'A',
    ...Array.from({ length: 9 }, (_, at) => `big/${at}`),
    'big-',
    'big.',
    'big0',
    `${'\u00c9'.repeat(100)}/x`,
    `${'\u00c9'.repeat(100)}0`,
    `${'\u00c9'.repeat(84)}`,
    'z/z/z',
  ].toSorted();

  it('of folders larger than its window is sorted and whole, wherever it begins', async () => {
    for (const [at, name] of names.entries()) {
      if (at % 3 > 0 || name.includes('\u00c9')) {
        await write(replica.store, name, 'x');
      } else {
        const folder = name.split('/').slice(0, -1).join('/');
        await mkdir(fixture.path(folder), { recursive: true });
        await writeFile(fixture.path(name), 'x');
      }
    }
    const layout = new Layout(fixture.root);
    const reader = new HeadReader(layout);
    for (const window of [1, 2, 3, 100]) {
      const listing = new Listing(layout, reader, new PlainTree(layout, reader), window);
      expect((await listing.list({ count: 99 })).names).to.deep.equal(names);
      for (const after of ['', 'A', 'b', 'big', 'big-', 'big/', 'big/44', 'big0', 'z/z/z']) {
        const behind = names.filter((name) => name > after);
        const page = await listing.list({ count: 4, after });
        expect(page.names, `${window} behind ${after}`).to.deep.equal(behind.slice(0, 4));
        expect(page.next).to.equal(behind.length > 4 ? behind[3] : undefined);
      }
    }
  }).timeout(20_000);

  it('goes as deep as names go, and no deeper into folders that people made', async () => {
    const deepest = 'd/'.repeat(MAX_NAME_SEGMENTS - 1);
    const looked: string[] = [];
    await mkdir(fixture.path(`${deepest}e/f/g`), { recursive: true });
    await writeFile(fixture.path(`${deepest}e/f/too-deep`), 'x');
    await write(replica.store, `${deepest}last`, 'x');
    const layout = new Layout(fixture.root);
    const reader = new HeadReader(layout);
    const plain = new PlainTree(layout, reader);
    const look = plain.look.bind(plain);
    plain.look = (name) => {
      looked.push(name);
      return look(name);
    };
    const listing = await new Listing(layout, reader, plain).list({ count: 9 });
    expect(listing.names).to.deep.equal([`${deepest}last`]);
    const depths = looked.map((name) => name.split('/').length);
    expect(Math.max(...depths)).to.be.at.most(MAX_NAME_SEGMENTS);
  });

  it('is in the order of code units for any names', async () => {
    const segment = fc.constantFrom('a', 'a-', 'a.', 'a0', 'B', '\u00e9', '\u{1f512}', '\uff01');
    const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 8 }), async (wanted) => {
        const here = await StoreFixture.create();
        try {
          const { store } = await here.replica();
          const written = new Set<string>();
          for (const each of wanted) {
            const isTaken = [...written].some(
              (other) => other.startsWith(`${each}/`) || each.startsWith(`${other}/`),
            );
            if (isTaken) continue;
            await write(store, each, 'x');
            written.add(each);
          }
          const listed = (await store.list({ count: 99 })).names;
          expect(listed).to.deep.equal([...written].toSorted());
        } finally {
          await here.close();
        }
      }),
      { numRuns: 20 },
    );
  }).timeout(20_000);
});
