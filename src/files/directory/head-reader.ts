import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { hasCode } from './disk-errors.js';
import { HeadMemory } from './head-memory.js';
import { parseHead } from './head-name.js';
import type { Layout } from './layout.js';
import { Mount } from './mount.js';
import { decodeEntry } from './name-encoding.js';

/** Marks a folder of further names. It never goes, so such a folder is never empty. */
export const FOLDER_MARK = '.folder';

/** How often a folder is listed before it is given up; each listing may meet a swap. */
const MAX_LISTINGS = 64;

/** After so many listings without a head the folder is asked whether it is empty. */
const LISTINGS_BEFORE_EMPTY = 8;

/** Links to a folder where those in it are counted: its name and its own `.`. */
const NO_FOLDERS_IN_IT = 2;

export type Place =
  | { readonly kind: 'head'; readonly head: Head }
  /** Names lie below this one, so it cannot be a file. */
  | { readonly kind: 'folder'; readonly entries: readonly string[] }
  | { readonly kind: 'none' };

/**
 * Reads heads. A listing during a swap may show no head or both, so no head is never taken for no
 * file: only a folder that does not exist, or one that the file system itself removes as empty
 * (`rmdir` is atomic: it fails while a head lies in it), is one.
 */
export class HeadReader {
  constructor(
    private readonly layout: Layout,
    private readonly mount = new Mount(),
    private readonly memory = new HeadMemory(),
  ) {}

  async read(name: FileName): Promise<Head | undefined> {
    const head = this.glance(name);
    if (head !== undefined) return head;
    const place = await this.place(name);
    return place.kind === 'head' ? place.head : undefined;
  }

  place(name: FileName): Promise<Place> {
    return this.placeAt(name, this.layout.headFolder(name));
  }

  /** @param name what heads found there are heads of */
  async placeAt(name: FileName, folder: string): Promise<Place> {
    for (let listing = 1; listing <= MAX_LISTINGS; listing++) {
      const entries = await this.#list(folder);
      if (entries === undefined) return { kind: 'none' };
      const heads = entries.flatMap((entry) => parseHead(name, entry) ?? []);
      const head = highest(heads);
      if (head !== undefined) return { kind: 'head', head };
      if (heads.length === 0 && entries.some(isFolderEntry)) return { kind: 'folder', entries };
      if (listing >= LISTINGS_BEFORE_EMPTY && (await removedAsEmpty(folder))) {
        return { kind: 'none' };
      }
      await nextTurn();
    }
    throw new FileStoreUnavailable(`the head of "${name}" cannot be read: try again`, false);
  }

  /**
   * The head in the usual case, without a thread; undefined for whatever has to be looked at with care.
   * Never throws.
   */
  glance(name: FileName): Head | undefined {
    if (!this.mount.isLocal) return undefined;
    const folder = this.layout.headFolder(name);
    try {
      const stats = statSync(folder, { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      const known = this.memory.recall(name, stats);
      if (known !== undefined) return known;
      // One of further names may be large; it has folders in it, which some file systems count.
      if (stats.nlink !== NO_FOLDERS_IN_IT && existsSync(join(folder, FOLDER_MARK)))
        return undefined;
      return this.memory.list(name, stats, () => onlyHead(name, folder));
    } catch {
      return undefined; // looking with care says what is wrong
    }
  }

  async #list(folder: string): Promise<readonly string[] | undefined> {
    try {
      return await readdir(folder);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      // An unmounted volume has no heads either; that must not read as "no file".
      await stat(this.layout.files);
      return undefined;
    }
  }
}

/** Whether names lie below this folder; cheaper than listing it, for it may be large. */
export async function isFolderOfNames(folder: string): Promise<boolean> {
  try {
    await stat(join(folder, FOLDER_MARK));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function isFolderEntry(entry: string): boolean {
  return entry === FOLDER_MARK || decodeEntry(entry) !== undefined;
}

function onlyHead(name: FileName, folder: string): Head | undefined {
  const [entry, ...others] = readdirSync(folder);
  return entry === undefined || others.length > 0 ? undefined : parseHead(name, entry);
}

/** The one that counts; undefined if there is none, or two that cannot be told apart. */
function highest(heads: readonly Head[]): Head | undefined {
  const [first, second] = heads.toSorted((a, b) => b.version - a.version || b.token - a.token);
  const isTie = first?.version === second?.version && first?.token === second?.token;
  return isTie ? undefined : first;
}

async function removedAsEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true;
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EBUSY')) return false;
    throw error;
  }
}
