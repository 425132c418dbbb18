import { randomUUID } from 'node:crypto';
import { access, readdir, readlink, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasCode } from './disk-errors.js';

const EXT_MAGIC = 0xef53; // ext2, ext3, ext4
const XFS_MAGIC = 0x58465342;

/** Magic numbers of statfs(2) of file systems on disks, or in the memory, of this machine. */
const LOCAL: ReadonlySet<number> = new Set([
  EXT_MAGIC,
  XFS_MAGIC,
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0xca451a4e, // bcachefs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
]);

/** What is known of the file system that the store is on; nothing until it is open. */
export class Mount {
  #local = false;
  #folds = false;
  #keepsOrder = false;
  #bringsEntries = false;

  /**
   * Whether what is done to a folder, or to a small file, is over sooner than another thread could
   * be asked for it: measured on ext4, 5 to 30 µs, where the thread pool takes 20 to 1200. Only that,
   * and only where a client waits for it, is done without it; never what waits for the disk.
   */
  get isLocal(): boolean {
    return this.#local;
  }

  /**
   * Whether changes of folders come to the disk in the order they were made in, so that making a
   * later one durable brings all earlier ones with it, also those of other folders: true of a journal
   * of metadata that is written in order. XFS always has one; ext3 and ext4 may do without.
   */
  get keepsOrder(): boolean {
    return this.#keepsOrder;
  }

  /**
   * Whether a file that is made durable brings the entry with it that it was renamed to, as ext4 does
   * also without a journal (`ext4_sync_parent` in its source, since Linux 2.6.35).
   */
  get bringsEntries(): boolean {
    return this.#bringsEntries;
  }

  /** Whether names that differ in case or in Unicode normalisation only are one name there. */
  get folds(): boolean {
    return this.#folds;
  }

  /** @param scratch a folder on that file system in which a file may be made for a moment */
  async look(root: string, scratch: string): Promise<void> {
    const type = await this.typeOf(root);
    this.#local = LOCAL.has(type);
    const device = type === EXT_MAGIC ? await this.#deviceBelow(root) : undefined;
    this.#keepsOrder =
      type === XFS_MAGIC || (await this.#isKnown(device, () => this.journals(), isJournalOf));
    const isExt4 = await this.#isKnown(
      device,
      () => this.ext4Devices(),
      (one, other) => one === other,
    );
    this.#bringsEntries = this.#keepsOrder || isExt4;
    const probe = join(scratch, randomUUID());
    await writeFile(`${probe}-\u00c9`, '');
    try {
      const others = ['-\u00e9', '-E\u0301'].map((end) => this.isThere(`${probe}${end}`));
      this.#folds = (await Promise.all(others)).includes(true);
    } finally {
      await rm(`${probe}-\u00c9`);
    }
  }

  /** A seam: as statfs(2) tells it. */
  protected async typeOf(root: string): Promise<number> {
    return (await statfs(root)).type >>> 0;
  }

  /** A seam: the number of the device that a folder lies on, as stat(2) tells it. */
  protected async deviceOf(root: string): Promise<number> {
    return (await stat(root)).dev;
  }

  /** A seam: what `/sys/dev/block/<major>:<minor>` leads to. */
  protected blockDevice(majorMinor: string): Promise<string> {
    return readlink(`/sys/dev/block/${majorMinor}`);
  }

  /** A seam: the journals that the kernel has open, `<device>-<inode>` each. */
  protected journals(): Promise<readonly string[]> {
    return readdir('/proc/fs/jbd2');
  }

  /** A seam: the devices that the kernel's ext4 has mounted, ext2 and ext3 among them. */
  protected ext4Devices(): Promise<readonly string[]> {
    return readdir('/proc/fs/ext4');
  }

  /** A seam: most disks do not fold names. */
  protected async isThere(path: string): Promise<boolean> {
    try {
      await access(path);
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** The name by which the kernel calls the device; undefined where that is unclear. */
  async #deviceBelow(root: string): Promise<string | undefined> {
    try {
      return basename(await this.blockDevice(majorMinorOf(await this.deviceOf(root))));
    } catch {
      return undefined;
    }
  }

  /** Where anything about it is unclear: no. */
  async #isKnown(
    device: string | undefined,
    entries: () => Promise<readonly string[]>,
    isOf: (device: string, entry: string) => boolean,
  ): Promise<boolean> {
    if (device === undefined) return false;
    try {
      return (await entries()).some((entry) => isOf(device, entry));
    } catch {
      return false;
    }
  }
}

/** One on a device of its own has no inode behind its name, and is not found here. */
function isJournalOf(device: string, journal: string): boolean {
  return journal.startsWith(`${device}-`) && /^\d+$/.test(journal.slice(device.length + 1));
}

/** As makedev(3) of Linux puts them together. */
function majorMinorOf(device: number): string {
  const bits = BigInt(device);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & ~0xfffn);
  const minor = (bits & 0xffn) | ((bits >> 12n) & ~0xffn);
  return `${major}:${minor & 0xffffffffn}`;
}
