import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { FileNameTaken } from '../errors.js';
import type { FileName } from '../file-name.js';
import { hasCode } from './disk-errors.js';
import { makeFolder } from './folders.js';
import type { HeadReader } from './head-reader.js';
import type { Layout } from './layout.js';
import { Mount } from './mount.js';

export type PlainEntry =
  | { readonly kind: 'file'; readonly path: string; readonly stats: BigIntStats }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'none' }
  /** A link, a device, or a way that does not lead through folders: never followed or touched. */
  | { readonly kind: 'blocked'; readonly by: string; readonly isFile: boolean }
  /** The disk takes this name for another one, which is there. */
  | { readonly kind: 'folded'; readonly by: string };

/** The plain files people see below the root. No symbolic link is followed anywhere. */
export class PlainTree {
  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
    private readonly mount = new Mount(),
  ) {}

  async look(name: string): Promise<PlainEntry> {
    const segments = name.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const above = segments.slice(0, depth).join('/');
      const stats = await this.stats(this.layout.plain(above));
      if (stats === undefined) return { kind: 'none' };
      const other = await this.#otherSpelling(above);
      if (other !== undefined) return { kind: 'folded', by: other };
      if (!stats.isDirectory()) return { kind: 'blocked', by: above, isFile: stats.isFile() };
    }
    const path = this.layout.plain(name);
    const stats = await this.stats(path);
    if (stats === undefined) return { kind: 'none' };
    const other = await this.#otherSpelling(name);
    if (other !== undefined) return { kind: 'folded', by: other };
    if (stats.isFile()) return { kind: 'file', path, stats };
    if (stats.isDirectory()) return { kind: 'folder', path };
    return { kind: 'blocked', by: name, isFile: false };
  }

  /** Makes the folders above a plain file; false if something else is in the way. */
  async makeFoldersAbove(name: string): Promise<boolean> {
    const segments = name.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const path = this.layout.plain(segments.slice(0, depth).join('/'));
      const stats = await statsOf(path);
      if (stats === undefined) await makeFolder(path);
      else if (!stats.isDirectory()) return false;
    }
    return true;
  }

  /**
   * Refuses a new name that would shut out a plain file that was not adopted yet.
   * @throws {FileNameTaken}
   */
  async checkRoomFor(name: FileName): Promise<void> {
    const entry = await this.look(name);
    if (entry.kind === 'blocked' && entry.isFile) {
      const above = await this.reader.place(entry.by as FileName);
      if (above.kind === 'none') throw new FileNameTaken(name, entry.by);
    }
    if (entry.kind === 'folded') {
      throw new FileNameTaken(name, entry.by, 'is there, which this disk takes for the same name');
    }
    if (entry.kind !== 'folder') return;
    const [first] = await readdir(entry.path);
    if (first !== undefined) throw new FileNameTaken(name, `${name}/${first}`);
  }

  /** A seam: most disks do not fold names. */
  protected stats(path: string): Promise<BigIntStats | undefined> {
    return statsOf(path);
  }

  /** How what is found under a name is spelt on the disk; undefined where that is the name. */
  async #otherSpelling(name: string): Promise<string | undefined> {
    if (!this.mount.folds) return undefined;
    const cut = name.lastIndexOf('/') + 1;
    const entries = await readdir(this.layout.plain(name.slice(0, Math.max(0, cut - 1))));
    const wanted = name.slice(cut);
    if (entries.includes(wanted)) return undefined;
    const other = entries.find((entry) => folded(entry) === folded(wanted));
    return `${name.slice(0, cut)}${other ?? wanted}`;
  }
}

/** For finding, among few, the one that the disk has taken for another. */
function folded(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase();
}

export async function statsOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    // A name that the disk cannot hold is not there either.
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EILSEQ')) return undefined;
    throw error;
  }
}

/** Whether nothing was done to a file between two looks. */
export function isUntouched(before: BigIntStats, after: BigIntStats | undefined): boolean {
  return (
    after !== undefined &&
    before.dev === after.dev &&
    before.ino === after.ino &&
    before.size === after.size &&
    before.mtimeNs === after.mtimeNs &&
    before.ctimeNs === after.ctimeNs
  );
}

/** How long ago a file or its entry last changed, in milliseconds; `nowMicros` since the epoch. */
export function ageMs(stats: BigIntStats, nowMicros: number): number {
  const lastMicros = Math.max(Number(stats.mtimeNs / 1000n), Number(stats.ctimeNs / 1000n));
  return (nowMicros - lastMicros) / 1000;
}

/** Opens a plain file; undefined if it is gone or not a file any more. */
export async function openPlain(path: string): Promise<FileHandle | undefined> {
  try {
    // Not waiting: somebody may have put a pipe there since it was looked at.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK')) return undefined;
    throw error;
  }
}
