import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Clock } from '../../clock/clock.js';
import { FileStoreUnavailable } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { ContentId, Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import { ChainMemory } from './chain-memory.js';
import type { ContentShelf } from './content-shelf.js';
import { hasCode } from './disk-errors.js';
import { isRecordId, withToken } from './head-name.js';
import type { HeadReader } from './head-reader.js';
import type { HeadSwapper } from './head-swapper.js';
import type { Layout } from './layout.js';
import { ageMs, statsOf } from './plain-tree.js';
import type { StoredRecord } from './record.js';

/**
 * How old something unpublished must be before it is taken for the leftover of a dead process, in
 * milliseconds. Too short costs a slow writer its work (it is refused, nothing is damaged).
 */
export const ORPHAN_AGE_MS = 60 * 60_000;

/** Removes what crashed processes and refused publishes left behind. */
export class Orphans {
  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
    private readonly swapper: HeadSwapper,
    private readonly shelf: ContentShelf,
    private readonly clock: Clock,
    private readonly failpoints: Failpoints,
    private readonly keeping: Keeping,
    private readonly chains = new ChainMemory(shelf),
  ) {}

  /** What a sweep would remove, by its path in the store's own folder; changes nothing. */
  async *find(): AsyncGenerator<string, void, undefined> {
    for (const folder of await readdir(this.layout.contents)) {
      for (const entry of await readdir(join(this.layout.contents, folder))) {
        const path = join(this.layout.contents, folder, entry);
        const id = entry.replace(/\.json$/, '');
        if (!isRecordId(id) || id === entry || !(await this.#isOld(path))) continue;
        if (await this.#isLost(id)) yield relative(this.layout.own, path);
      }
    }
    for (const entry of await readdir(this.layout.prepared)) {
      const path = join(this.layout.prepared, entry);
      if (await this.#isOld(path)) yield relative(this.layout.own, path);
    }
  }

  /** @param stopped asked between steps */
  async sweep(stopped: () => boolean): Promise<void> {
    try {
      await this.#sweepShelf(stopped);
      await this.#sweepPrepared(stopped);
    } finally {
      this.chains.clear();
    }
  }

  async #sweepShelf(stopped: () => boolean): Promise<void> {
    for (const folder of await readdir(this.layout.contents)) {
      const shard = join(this.layout.contents, folder);
      for (const entry of await readdir(shard)) {
        if (stopped()) return;
        const id = entry.endsWith('.json') ? entry.slice(0, -'.json'.length) : '';
        if (!isRecordId(id) || !(await this.#isOld(join(shard, entry)))) continue;
        await this.#consider(id);
      }
    }
  }

  async #consider(id: ContentId): Promise<void> {
    try {
      const record = await this.shelf.record(id);
      if (record === undefined || !(await this.#isOrphan(record))) return;
    } catch (error) {
      // What is damaged is left to a person, and must not keep the sweep from the rest.
      if (error instanceof FileStoreUnavailable) return;
      throw error;
    }
    await this.failpoints.hit('clean.before-delete');
    await this.shelf.remove(id);
  }

  /** As {@link #isOrphan}, but leaves a version alone that the head could still become. */
  async #isLost(id: ContentId): Promise<boolean> {
    try {
      const record = await this.shelf.record(id);
      if (record === undefined) return false;
      const head = await this.reader.read(record.name);
      if (head === undefined) return true;
      if (record.version <= head.version) return !(await this.#isInChain(record, head));
      return head.nonce !== record.from;
    } catch (error) {
      if (error instanceof FileStoreUnavailable) return false;
      throw error;
    }
  }

  /** Whether a version was not and never will be published, or is kept no more. */
  async #isOrphan(record: StoredRecord): Promise<boolean> {
    const head = await this.reader.read(record.name);
    // Only heads of version 0 are removed, and none comes back.
    if (head === undefined) return true;
    if (record.version <= head.version) return !(await this.#isInChain(record, head));
    if (head.nonce !== record.from) return true;
    // Its writer may only be paused: the head must move on before its content may go.
    const moved = await this.swapper.swap(head, withToken(head, head.token), 'clean');
    return moved ? true : await this.#isOrphan(record);
  }

  async #isInChain(record: StoredRecord, head: Head): Promise<boolean> {
    let contents = 0;
    for (const one of await this.chains.of(head)) {
      if (one.version <= record.version) return one.id === record.id;
      if (!one.deleted) contents++;
    }
    // A chain that ends among the kept versions is damaged, not pruned: leave what lies there.
    return contents < this.keeping.versions;
  }

  async #sweepPrepared(stopped: () => boolean): Promise<void> {
    for (const entry of await readdir(this.layout.prepared)) {
      if (stopped()) return;
      const path = join(this.layout.prepared, entry);
      if (!(await this.#isOld(path))) continue;
      // Taken away whole first: whoever prepared it must not put half of it in place.
      const doomed = join(this.layout.prepared, `${randomUUID()}.gone`);
      try {
        await rename(path, doomed);
        await rm(doomed, { recursive: true, force: true });
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
      }
    }
  }

  async #isOld(path: string): Promise<boolean> {
    const stats = await statsOf(path);
    return stats !== undefined && ageMs(stats, this.clock.epochMicros()) >= ORPHAN_AGE_MS;
  }
}
