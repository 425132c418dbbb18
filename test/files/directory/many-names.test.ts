import fs, { mkdirSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { formatHead, freshNonce, freshRecordId } from '../../../src/files/directory/head-name.js';
import { FOLDER_MARK } from '../../../src/files/directory/head-reader.js';
import { nameOf } from '../../contract/file-store.contract.js';
import { type Replica, StoreFixture } from './store-fixture.js';

const FOLDERS = 500;
const NAMES_A_FOLDER = 20;

const digits = (value: number): string => `${value}`.padStart(3, '0');

const NAMES = Array.from({ length: FOLDERS }, (_, folder) =>
  Array.from({ length: NAMES_A_FOLDER }, (_none, at) => nameOf(`d${digits(folder)}/${digits(at)}`)),
).flat();

/** Counts the folders that are read while `work` goes on. */
async function foldersRead(work: () => Promise<unknown>): Promise<number> {
  const { opendir, readdir } = fs.promises;
  const { readdirSync } = fs;
  let count = 0;
  const counted = <Call extends (...args: never[]) => unknown>(call: Call): Call =>
    ((...args: never[]) => {
      count++;
      return call(...args);
    }) as Call;
  try {
    Object.assign(fs.promises, { opendir: counted(opendir), readdir: counted(readdir) });
    Object.assign(fs, { readdirSync: counted(readdirSync) });
    syncBuiltinESMExports();
    await work();
    return count;
  } finally {
    Object.assign(fs.promises, { opendir, readdir });
    Object.assign(fs, { readdirSync });
    syncBuiltinESMExports();
  }
}

describe(`LIST of ${NAMES.length} names in ${FOLDERS} folders`, function () {
  this.timeout(60_000);
  let fixture: StoreFixture;
  let replica: Replica;

  before(async () => {
    fixture = await StoreFixture.create();
    replica = await fixture.replica();
    // The heads alone tell what there is; published one by one this would take minutes.
    for (const name of NAMES) {
      const folder = fixture.own('files', name);
      const id = freshRecordId('content');
      const head = { name, version: 1, token: 0, record: id, content: id, nonce: freshNonce() };
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, '..', FOLDER_MARK), '');
      writeFileSync(join(folder, formatHead(head)), '');
    }
  });

  after(() => fixture.close());

  /** Its heads, the name behind the page, and twice (heads and plain files) each folder on the way. */
  const needed = (names: number, folders: number): number => names + 1 + 2 * (folders + 1);

  for (const [where, after, first] of [
    ['at its beginning', '', 0],
    ['in its middle', 'd249/009', 4990],
    ['at its end', 'd494/019', 9900],
  ] as const) {
    it(`reads for a page ${where} only what is on the page`, async () => {
      const page = NAMES.slice(first, first + 100);
      let names: readonly string[] = [];
      const read = await foldersRead(async () => {
        ({ names } = await replica.store.list({ count: 100, after }));
      });
      expect(names).to.deep.equal(page);
      expect(read).to.be.within(page.length, needed(page.length, 7));
    });
  }

  it('reads for a pattern only the folders that can hold what it means', async () => {
    for (const [pattern, count, names, folders] of [
      ['d123/*', 1000, 20, 1],
      ['d12?/00[0-4]', 1000, 50, 10],
      ['d123/**', 1000, 20, 1],
      ['nothing/*', 1000, 0, 0],
      ['*', 1000, 0, 0],
    ] as const) {
      let found: readonly string[] = [];
      const read = await foldersRead(async () => {
        found = (await replica.store.list({ count, pattern })).names;
      });
      expect(found, pattern).to.have.length(names);
      expect(read, pattern).to.be.at.most(needed(names, folders));
    }
  });

  it('shows every name on pages while heads move', async () => {
    let isOver = false;
    let moves = 0;
    const mover = async (start: number): Promise<void> => {
      for (let at = start; !isOver; at = (at + 7) % NAMES.length) {
        const name = NAMES[at];
        if (name === undefined) throw new Error('no such name');
        await replica.store.fence(name, 1 + moves++, false);
        // A fence needs no other thread, so it lets nobody else come in between.
        await nextTurn();
      }
    };
    const moving = Promise.all([0, 5000].map(mover));
    const other = fixture.unopened();
    const listed: string[] = [];
    try {
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page = await other.store.list({ count: 700, after: next });
        listed.push(...page.names);
        next = page.next;
      }
    } finally {
      isOver = true;
      await moving;
    }
    expect(listed).to.deep.equal(NAMES);
    expect(moves).to.be.above(1000);
  });
});
