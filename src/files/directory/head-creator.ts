import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileNameTaken, FileStoreUnavailable } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { hasCode } from './disk-errors.js';
import type { Durable } from './durable.js';
import { firstHead, formatHead } from './head-name.js';
import { FOLDER_MARK, type HeadReader, isFolderOfNames } from './head-reader.js';
import type { Layout } from './layout.js';
import { decodeEntry, encodeName, isContinued } from './name-encoding.js';

/** Each try is lost only to another creator at the same place. */
const MAX_TRIES = 64;

/**
 * Makes the first head of a name.
 *
 * A prepared tree is renamed onto the first place on the way that is not taken; a rename onto a
 * missing or empty folder succeeds, onto any other it fails, so of two creators one wins, and `a`
 * and `a/b` exclude each other. A folder of further names carries a mark and stays for good: a
 * creator that saw it and was then paused must not find it replaced by the folder of a head.
 */
export class HeadCreator {
  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
    private readonly durable: Durable,
    private readonly failpoints: Failpoints,
  ) {}

  /**
   * The head of a name, made if there is none.
   * @throws {FileNameTaken}
   */
  async ensure(name: FileName): Promise<Head> {
    const entries = encodeName(name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const gap = await this.#firstGap(name, entries);
      if (typeof gap !== 'number') return gap;
      const head = firstHead(name);
      if (await this.#place(head, entries, gap)) return head;
    }
    throw new FileStoreUnavailable(`"${name}" is made and removed all the time: try again`, false);
  }

  /** How many folders of the way stand already; or the head, if all of them do. */
  async #firstGap(name: FileName, entries: readonly string[]): Promise<number | Head> {
    for (let depth = 0; depth < entries.length; depth++) {
      const isLast = depth === entries.length - 1;
      const way = entries.slice(0, depth + 1);
      const folder = join(this.layout.files, ...way);
      if (!isLast && (await isFolderOfNames(folder))) continue;
      const place = await this.reader.placeAt(name, folder);
      if (place.kind === 'none') return depth;
      if (place.kind === 'head') {
        if (isLast) return place.head;
        const segments = way.filter((entry) => !isContinued(entry)).length;
        throw new FileNameTaken(name, name.split('/').slice(0, segments).join('/'));
      }
      if (isLast) throw new FileNameTaken(name, `${name}/${someSegment(place.entries)}`);
    }
    return entries.length;
  }

  async #place(head: Head, entries: readonly string[], gap: number): Promise<boolean> {
    const tree = join(this.layout.prepared, randomUUID());
    const target = join(this.layout.files, ...entries.slice(0, gap + 1));
    try {
      await this.#prepare(tree, entries.slice(gap + 1), head);
      await this.failpoints.hit('create.before-rename');
      await rename(tree, target);
    } catch (error) {
      await rm(tree, { recursive: true, force: true });
      // Not found: a cleaner took what was prepared for the leftover of a dead process.
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return false;
      throw error;
    }
    await this.failpoints.hit('create.after-rename');
    await this.durable.foldersAhead(dirname(target));
    return true;
  }

  async #prepare(tree: string, below: readonly string[], head: Head): Promise<void> {
    const folders = [tree];
    await mkdir(tree);
    for (const entry of below) {
      const folder = folders.at(-1) ?? tree;
      await writeFile(join(folder, FOLDER_MARK), '');
      folders.push(join(folder, entry));
      await mkdir(join(folder, entry));
    }
    await writeFile(join(folders.at(-1) ?? tree, formatHead(head)), '');
    await this.durable.foldersAhead(...folders);
  }
}

function someSegment(entries: readonly string[]): string {
  for (const entry of entries.toSorted()) {
    const decoded = decodeEntry(entry);
    if (decoded !== undefined) return decoded.text;
  }
  return '…';
}
