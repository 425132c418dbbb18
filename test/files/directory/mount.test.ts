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

const EXT_MAGIC = 0xef53;
const XFS_MAGIC = 0x58465342;
const BTRFS_MAGIC = 0x9123683e;

/** A disk as this machine might have it; what is not told is as where the kernel says nothing. */
class DiskMount extends Mount {
  /** The device that was asked for. */
  asked: string | undefined;

  constructor(
    private readonly type: number,
    private readonly told: {
      readonly device?: number;
      readonly leadsTo?: string;
      readonly journals?: readonly string[];
      readonly ext4?: readonly string[];
    } = {},
  ) {
    super();
  }

  protected override async typeOf(): Promise<number> {
    return this.type;
  }

  protected override async deviceOf(root: string): Promise<number> {
    return this.told.device ?? (await super.deviceOf(root));
  }

  protected override async blockDevice(majorMinor: string): Promise<string> {
    this.asked = majorMinor;
    return this.told.leadsTo ?? Promise.reject(new Error('not found'));
  }

  protected override async journals(): Promise<readonly string[]> {
    return this.told.journals ?? Promise.reject(new Error('not found'));
  }

  protected override async ext4Devices(): Promise<readonly string[]> {
    return this.told.ext4 ?? Promise.reject(new Error('not found'));
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

  describe('takes the order of changes of folders for kept', () => {
    const vda1 = { device: 0xfe01, leadsTo: '../../devices/virtio1/block/vda/vda1' };

    async function keepsOrder(mount: DiskMount): Promise<boolean> {
      await using folder = await temporaryFolder();
      await mount.look(folder.path, folder.path);
      return mount.keepsOrder;
    }

    for (const [what, mount, expected] of [
      ['by XFS', new DiskMount(XFS_MAGIC), true],
      ['by ext4 with a journal', new DiskMount(EXT_MAGIC, { ...vda1, journals: ['vda1-8'] }), true],
      ['not by ext4 without one', new DiskMount(EXT_MAGIC, { ...vda1, journals: [] }), false],
      [
        'not by ext4 beside another disk that has one',
        new DiskMount(EXT_MAGIC, { ...vda1, journals: ['vda-8', 'vda11-8', 'vda1-x', 'vda1'] }),
        false,
      ],
      ['not where the kernel tells of no journals', new DiskMount(EXT_MAGIC, vda1), false],
      ['not where the device is unknown', new DiskMount(EXT_MAGIC, { journals: ['-8'] }), false],
      ['not by others', new DiskMount(BTRFS_MAGIC, { ...vda1, journals: ['vda1-8'] }), false],
    ] as const) {
      it(what, async () => expect(await keepsOrder(mount)).to.equal(expected));
    }

    it('not before it has looked', () => {
      expect(new DiskMount(XFS_MAGIC).keepsOrder).to.equal(false);
    });

    it('asking for the device by its numbers, also for large ones', async () => {
      for (const [device, numbers] of [
        [0xfe01, '254:1'],
        [0x10301, '259:1'],
        [0x10082c, '8:300'],
        [0x11110370, '259:70000'],
      ] as const) {
        const mount = new DiskMount(EXT_MAGIC, { device, leadsTo: 'x', journals: [] });
        await keepsOrder(mount);
        expect(mount.asked).to.equal(numbers);
      }
    });
  });

  describe('takes files to bring their entries with them', () => {
    const vda1 = { device: 0xfe01, leadsTo: '../../devices/virtio1/block/vda/vda1' };

    for (const [what, mount, expected] of [
      ['on XFS', new DiskMount(XFS_MAGIC), true],
      ['on ext4 without a journal', new DiskMount(EXT_MAGIC, { ...vda1, ext4: ['vda1'] }), true],
      ['on ext4 with one', new DiskMount(EXT_MAGIC, { ...vda1, journals: ['vda1-8'] }), true],
      ['not on ext2', new DiskMount(EXT_MAGIC, { ...vda1, ext4: ['vda', 'vda11'] }), false],
      ['not where the device is unknown', new DiskMount(EXT_MAGIC, { ext4: [''] }), false],
      ['not on others', new DiskMount(BTRFS_MAGIC, { ...vda1, ext4: ['vda1'] }), false],
    ] as const) {
      it(what, async () => {
        await using folder = await temporaryFolder();
        expect(mount.bringsEntries).to.equal(false);
        await mount.look(folder.path, folder.path);
        expect(mount.bringsEntries).to.equal(expected);
      });
    }
  });
});
