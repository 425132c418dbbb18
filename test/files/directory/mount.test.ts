import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import { Mount } from '../../../src/files/directory/mount.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A file system that takes names of different spelling for one, if `folding` says so. */
class FoldingMount extends Mount {
  constructor(private readonly folding: (path: string) => string) {
    super();
  }

  protected override async isThere(path: string): Promise<boolean> {
    const entries = await readdir(path.slice(0, path.lastIndexOf('/')));
    const [wanted, ...there] = [path.slice(path.lastIndexOf('/') + 1), ...entries];
    return there.some((entry) => this.folding(entry) === this.folding(wanted ?? ''));
  }
}

describe('Mount', () => {
  it('knows nothing before it has looked', () => {
    expect(new Mount().isLocal).to.equal(false);
  });

  it('tells a disk of this machine from what is none', async () => {
    await using folder = await temporaryFolder();
    const mount = new Mount();
    await mount.look(folder.path, folder.path);
    expect(mount.isLocal).to.equal(true);
    await mount.look('/proc', folder.path);
    expect(mount.isLocal).to.equal(false);
  });

  for (const [what, folding, folds] of [
    ['keeps every name', (path: string) => path, false],
    ['folds case', (path: string) => path.toLowerCase(), true],
    ['normalises', (path: string) => path.normalize('NFD'), true],
  ] as const) {
    it(`finds out that a disk ${what}, and leaves nothing there`, async () => {
      await using folder = await temporaryFolder();
      const mount = new FoldingMount(folding);
      await mount.look(folder.path, folder.path);
      expect(mount.folds).to.equal(folds);
      expect(await readdir(folder.path)).to.deep.equal([]);
    });
  }
});
