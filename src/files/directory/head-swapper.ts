import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import type { ContentShelf } from './content-shelf.js';
import { hasCode, isDefinite, unavailable } from './disk-errors.js';
import type { Durable } from './durable.js';
import { formatHead } from './head-name.js';
import type { HeadReader } from './head-reader.js';
import type { Layout } from './layout.js';
import { QuickDisk } from './quick-disk.js';
import { SwappedHeads } from './swapped-heads.js';

/** The one operation that changes a file: a rename from the exact old head to the new one. */
export class HeadSwapper {
  readonly #swapped = new SwappedHeads();

  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
    private readonly shelf: ContentShelf,
    private readonly durable: Durable,
    private readonly failpoints: Failpoints,
    private readonly disk = new QuickDisk(),
  ) {}

  /** What this process swapped to last: the head, unless somebody else has moved it since. */
  lastSwapped(name: FileName): Head | undefined {
    return this.#swapped.get(name);
  }

  /**
   * Whether `to` took the place of `from`, for all to see; durably, but for a fence. False: `from`
   * was not the head any more, and nothing was changed.
   *
   * A fence comes to the disk with the next publish. Where a power cut undoes it, those whom it shut
   * out are gone too, for they ran on the machine that has the disk; and a shared disk of other
   * machines that is taken at all, NFS, does not undo a rename that it has confirmed.
   * @param onSwapped called when all can see it, before it is durable
   * @throws {FileStoreUnavailable}
   */
  async swap(
    from: Head,
    to: Head,
    why: 'fence' | 'publish' | 'clean',
    onSwapped?: (head: Head) => void,
  ): Promise<boolean> {
    const folder = this.layout.headFolder(from.name);
    const lasting = why !== 'fence';
    // Whoever made the folders may have died before they were on disk.
    if (lasting && from.version === 0) await this.durable.ancestorsAhead(folder, this.layout.files);
    await this.failpoints.hit(`${why}.before-swap`);
    try {
      await this.rename(join(folder, formatHead(from)), join(folder, formatHead(to)));
    } catch (error) {
      this.#swapped.drop(from.name);
      if (!(await this.#tookPlace(from, to, error))) return false;
    }
    this.#swapped.add(to);
    onSwapped?.(to);
    await this.failpoints.hit(`${why}.after-swap`);
    if (!lasting) return true;
    try {
      await this.durable.folder(folder);
    } catch (error) {
      throw unavailable(error, true);
    }
    return true;
  }

  /**
   * Removes a head of version 0, if it is still this one. The head goes first, by its exact name,
   * so a swap from it and its removal exclude each other; then the folder, which `rmdir` removes
   * only while it is empty, so a head made there meanwhile is safe. Between the two the folder is
   * empty, which everybody takes for "not there": creators rename onto it, readers remove it.
   * Folders above stay, see HeadCreator.
   */
  async forget(head: Head): Promise<void> {
    if (head.version !== 0) return;
    const folder = this.layout.headFolder(head.name);
    try {
      await unlink(join(folder, formatHead(head)));
      await this.failpoints.hit('forget.after-unlink');
      await rmdir(folder);
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
    }
  }

  /** A seam: network file systems repeat a rename and report the second try. */
  protected async rename(from: string, to: string): Promise<void> {
    await this.disk.rename(from, to);
  }

  /** What became of a swap that reported an error. */
  async #tookPlace(from: Head, to: Head, error: unknown): Promise<boolean> {
    const current = await this.#readAfter(error, from);
    if (current?.nonce === to.nonce) return true;
    if (current === undefined) {
      // Only a head of version 0 is ever removed.
      if (from.version === 0 && hasCode(error, 'ENOENT')) return false;
      throw unavailable(error, true);
    }
    if (current.nonce === from.nonce) throw unavailable(error, mayHaveHappened(error));
    // A fence leaves no record; whoever asked for it looks at the head again and decides anew.
    if (to.record === from.record || current.version < to.version) return false;
    for await (const record of this.shelf.chain(current)) {
      if (record.version <= to.version) return record.id === to.record;
    }
    throw unavailable(error, true);
  }

  async #readAfter(error: unknown, from: Head): Promise<Head | undefined> {
    try {
      return await this.reader.read(from.name);
    } catch {
      throw unavailable(error, mayHaveHappened(error));
    }
  }
}

/** "Not found" may be the report on the second try of a rename whose first took place. */
function mayHaveHappened(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || !isDefinite(error);
}
