import type { Keeping } from '../keeping.js';

/** How long a plain file must have stood unchanged before it is adopted, in milliseconds. */
export const SETTLE_MS = 250;

/** What is rarely other than by default. */
export interface DirectoryStoreDetails {
  /** See {@link SETTLE_MS}. */
  readonly settleMs?: number;
  /** Whether it looks after the whole store in the background, as it does by default. */
  readonly sweeps?: boolean;
  /** Take an NFS mount although its caches may show an older version. */
  readonly allowCachingNfs?: boolean;
}

/** Where the files lie and how they are kept. Bound as a constant by the container. */
export class DirectoryStoreOptions {
  readonly settleMs: number;
  readonly sweeps: boolean;
  readonly allowCachingNfs: boolean;

  /**
   * @param root the directory people see; the store keeps its own files in `.candado` below it
   * @param maxFileBytes largest content
   * @param keeping which versions of a file are kept
   * @param durability `fsync`: acknowledged means on disk; `os`: left to the operating system
   * @param plainView whether `<root>/<name>` follows the current version
   */
  constructor(
    readonly root: string,
    readonly maxFileBytes: number,
    readonly keeping: Keeping,
    readonly durability: 'fsync' | 'os',
    readonly plainView: 'on' | 'off',
    { settleMs = SETTLE_MS, sweeps = true, allowCachingNfs = false }: DirectoryStoreDetails = {},
  ) {
    this.settleMs = settleMs;
    this.sweeps = sweeps;
    this.allowCachingNfs = allowCachingNfs;
  }
}
