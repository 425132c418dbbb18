import type { BigIntStats } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { HeadReader } from '../../../src/files/directory/head-reader.js';
import { Layout } from '../../../src/files/directory/layout.js';
import { Mount } from '../../../src/files/directory/mount.js';
import { PlainTree, statsOf } from '../../../src/files/directory/plain-tree.js';
import { FileNameTaken } from '../../../src/files/errors.js';
import { nameOf, read, write } from '../../contract/file-store.contract.js';
import { StoreFixture } from './store-fixture.js';

class FoldingMount extends Mount {
  override get folds(): boolean {
    return true;
  }
}

/** The plain files as a disk shows them that folds case and Unicode normalisation. */
class FoldingTree extends PlainTree {
  protected override async stats(path: string): Promise<BigIntStats | undefined> {
    const folder = dirname(path);
    const spelt = (await readdir(folder)).find((entry) => fold(entry) === fold(basename(path)));
    return spelt === undefined ? undefined : await statsOf(join(folder, spelt));
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FileNameTaken) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

describe('Names that differ only in case or in Unicode normalisation', () => {
  let fixture: StoreFixture;

  beforeEach(async () => {
    fixture = await StoreFixture.create();
  });

  afterEach(() => fixture.close());

  const alike = ['Notes', 'notes', 'caf\u00e9', 'cafe\u0301'];

  it('are files of their own where the disk tells them apart', async () => {
    const { store } = await fixture.replica({ plainView: 'on' });
    for (const name of alike) await write(store, name, `this is ${name}`);
    await store.idle();
    for (const name of alike) expect(await read(store, name)).to.equal(`this is ${name}`);
    expect((await store.list({ count: 9 })).names).to.deep.equal(alike.toSorted());
    expect((await readdir(fixture.root)).toSorted()).to.deep.equal(
      ['.candado', ...alike].toSorted(),
    );
  });

  describe('on a disk that takes them for one', () => {
    let tree: FoldingTree;

    beforeEach(async () => {
      const layout = new Layout(fixture.root);
      tree = new FoldingTree(layout, new HeadReader(layout), new FoldingMount());
      await mkdir(fixture.path('Dir'));
      for (const name of ['Notes', 'caf\u00e9', 'Dir/x']) await writeFile(fixture.path(name), '');
    });

    it('are refused, and who is in the way is said', async () => {
      for (const [wanted, taken] of [
        ['notes', 'Notes'],
        ['cafe\u0301', 'caf\u00e9'],
        ['dir/x', 'Dir'],
        ['Dir/X', 'Dir/x'],
      ] as const) {
        expect(await refusal(tree.checkRoomFor(nameOf(wanted)))).to.equal(
          `"${wanted}" cannot be a file because "${taken}" is there, ` +
            'which this disk takes for the same name: choose another name',
        );
      }
    });

    it('are not adopted under another name, and their own spelling is taken', async () => {
      expect((await tree.look('notes')).kind).to.equal('folded');
      expect((await tree.look('Notes')).kind).to.equal('file');
      expect((await tree.look('Dir/x')).kind).to.equal('file');
      expect((await tree.look('other')).kind).to.equal('none');
      await tree.checkRoomFor(nameOf('other'));
      await tree.checkRoomFor(nameOf('Dir/y'));
    });
  });
});
