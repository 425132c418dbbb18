import type { Keeping } from '../keeping.js';

/** How long a plain file must have stood unchanged before it is adopted, in milliseconds. */
export const SETTLE_MS = 250;

/** Where the files lie and how they are kept. Bound as a constant by the container. */
export class DirectoryStoreOptions {
  /**
   * @param root the directory people see; the store keeps its own files in `.candado` below it
   * @param maxFileBytes largest content
   * @param keeping which versions of a file are kept
   * @param durability `fsync`: acknowledged means on disk; `os`: left to the operating system
   * @param plainView whether `<root>/<name>` follows the current version
   * @param settleMs see {@link SETTLE_MS}
   * @param sweeps whether it looks after the whole store in the background
   * @param allowCachingNfs take an NFS mount although its caches may show an older version
   */
  constructor(
    readonly root: string,
    readonly maxFileBytes: number,
    readonly keeping: Keeping,
    readonly durability: 'fsync' | 'os',
    readonly plainView: 'on' | 'off',
    readonly settleMs: number = SETTLE_MS,
    readonly sweeps: boolean = true,
    readonly allowCachingNfs: boolean = false,
  ) {}
}
