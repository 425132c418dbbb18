import { statfs } from 'node:fs/promises';

/** Magic numbers of statfs(2) of file systems on disks, or in the memory, of this machine. */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
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

  /**
   * Whether a rename, or the listing of a folder with one entry, is over sooner than another thread
   * could be asked for it: measured on ext4, 30 µs for both, where the thread pool takes 200 to 1200.
   * Only those two, and only where a client waits for them, are done without it.
   */
  get isLocal(): boolean {
    return this.#local;
  }

  async look(root: string): Promise<void> {
    this.#local = LOCAL.has((await statfs(root)).type >>> 0);
  }
}
