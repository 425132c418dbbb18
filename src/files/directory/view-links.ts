import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileName } from '../file-name.js';
import { hasCode } from './disk-errors.js';
import { makeFolder } from './folders.js';
import type { Layout } from './layout.js';
import { statsOf } from './plain-tree.js';

/** A hard link to a plain file that the store wrote, or adopted as it was. */
export interface ViewLink {
  readonly path: string;
  readonly version: number;
  /** Of the file when it was written, in nanoseconds; another one now means it was edited. */
  readonly mtimeNs: bigint;
}

const LINK_NAME = /^(\d+)\.(-?\d+)\.[0-9a-f]{8}$/;

/** File systems without hard links: views are then recognised by their content only. */
export const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'] as const;

/**
 * The hard links by which the store knows its own plain files again: by inode, never by guess.
 * One file per link, named by version and modification time; several replicas may add some.
 */
export class ViewLinks {
  constructor(private readonly layout: Layout) {}

  async all(name: FileName): Promise<readonly ViewLink[]> {
    const folder = this.layout.viewLinks(name);
    try {
      return (await readdir(folder)).flatMap((entry) => {
        const [, version, mtimeNs] = LINK_NAME.exec(entry) ?? [];
        if (version === undefined || mtimeNs === undefined) return [];
        return { path: join(folder, entry), version: Number(version), mtimeNs: BigInt(mtimeNs) };
      });
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  /** The link to exactly this inode. */
  async find(name: FileName, plain: BigIntStats): Promise<ViewLink | undefined> {
    for (const candidate of await this.all(name)) {
      const stats = await statsOf(candidate.path);
      if (stats?.ino === plain.ino && stats.dev === plain.dev) return candidate;
    }
    return undefined;
  }

  /** Where a link to a file of this version is to be put. */
  async place(name: FileName, version: number, mtimeNs: bigint): Promise<string> {
    const folder = this.layout.viewLinks(name);
    // Not those above: of a store that is gone nothing is to be made anew.
    await makeFolder(folder);
    return join(folder, `${version}.${mtimeNs}.${randomBytes(4).toString('hex')}`);
  }

  /** Declares a plain file as it was at `stats` to be the view of `version`. */
  async claim(name: FileName, version: number, path: string, stats: BigIntStats): Promise<void> {
    try {
      await link(path, await this.place(name, version, stats.mtimeNs));
    } catch (error) {
      if (!hasCode(error, 'ENOENT', ...NO_LINKS)) throw error;
    }
  }

  async removeFolder(name: FileName): Promise<void> {
    try {
      await rmdir(this.layout.viewLinks(name));
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
    }
  }
}
