import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Clock } from '../../clock/clock.js';
import { FileStoreUnavailable } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { ContentId, Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import { isOfStorage } from '../storage-errors.js';
import type { StoredRecord } from '../stored-record.js';
import { ChainMemory, type Link } from './chain-memory.js';
import type { ContentShelf } from './content-shelf.js';
import { hasCode } from './disk-errors.js';
import { isRecordId, withToken } from './head-name.js';
import type { HeadReader } from './head-reader.js';
import type { HeadSwapper } from './head-swapper.js';
import type { Layout } from './layout.js';
import { ageMs, statsOf } from './plain-tree.js';
import { RECORDS_BEHIND } from './retention.js';
import type { ViewLinks } from './view-links.js';

/**
 * How old something unpublished must be before it is taken for the leftover of a dead process, in
 * milliseconds. Too short costs a slow writer its work (it is refused, nothing is damaged).
 */
export const ORPHAN_AGE_MS = 60 * 60_000;

/** Something on the disk that no file leads to. */
export type Stray =
  | {
      readonly kind: 'leftover';
      /** In the store's own folder. */
      readonly path: string;
      /** @returns whether it is gone */
      readonly remove: () => Promise<boolean>;
    }
  /** A version of a file that has no head. */
  | { readonly kind: 'headless'; readonly record: StoredRecord }
  | { readonly kind: 'damaged'; readonly what: string };

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
    private readonly links: ViewLinks,
    private readonly chains = new ChainMemory(shelf),
  ) {}

  /** What lies there for nobody, and what lost its head; changes nothing by itself. */
  async *find(): AsyncGenerator<Stray, void, undefined> {
    try {
      yield* this.#findOnShelf();
      for (const entry of await readdir(this.layout.prepared)) {
        const path = join(this.layout.prepared, entry);
        if (!(await this.#isOld(path))) continue;
        yield this.#leftover(path, () => this.#removePrepared(path));
      }
    } finally {
      this.chains.clear();
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

  async *#findOnShelf(): AsyncGenerator<Stray, void, undefined> {
    for await (const id of this.#onShelf()) {
      let record: StoredRecord | undefined;
      try {
        record = await this.shelf.record(id);
      } catch (error) {
        if (!isOfStorage(error)) throw error;
        const blank = await this.#blank(id);
        if (blank !== 'recent') yield blank ?? { kind: 'damaged', what: error.message };
      }
      const stray = record && (await this.#judge(record));
      if (stray !== undefined) yield stray;
    }
  }

  async #judge(record: StoredRecord): Promise<Stray | undefined> {
    const path = this.layout.record(record.id);
    try {
      const isOld = await this.#isOld(path);
      const head = await this.reader.read(record.name);
      if (head === undefined) {
        // A first version whose lock has just ended may have lost its head to that.
        const isLost = isOld || (await this.#wasPublished(record));
        return isLost ? { kind: 'headless', record } : undefined;
      }
      if (!isOld || !(await this.#isLost(record, head))) return undefined;
      return this.#leftover(path, () => this.#consider(record.id));
    } catch (error) {
      // A head or a chain that cannot be read, which is met elsewhere.
      if (isOfStorage(error)) return undefined;
      throw error;
    }
  }

  /** What a power cut left of a version that was about to be published; undefined for anything else. */
  async #blank(id: ContentId): Promise<Stray | 'recent' | undefined> {
    if (!(await this.shelf.isBlank(id))) return undefined;
    const path = this.layout.record(id);
    return (await this.#isOld(path)) ? this.#leftover(path, () => this.shelf.remove(id)) : 'recent';
  }

  #leftover(path: string, remove: () => Promise<void>): Stray {
    return {
      kind: 'leftover',
      path: relative(this.layout.own, path),
      remove: async () => {
        try {
          await remove();
        } catch (error) {
          if (!isOfStorage(error)) throw error;
        }
        return (await statsOf(path)) === undefined;
      },
    };
  }

  async #sweepShelf(stopped: () => boolean): Promise<void> {
    for await (const id of this.#onShelf()) {
      if (stopped()) return;
      if (await this.#isOld(this.layout.record(id))) await this.#consider(id);
    }
  }

  async *#onShelf(): AsyncGenerator<ContentId, void, undefined> {
    for (const folder of await readdir(this.layout.contents, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      for (const entry of await readdir(join(this.layout.contents, folder.name))) {
        const id = entry.endsWith('.json') ? entry.slice(0, -'.json'.length) : '';
        if (isRecordId(id)) yield id;
      }
    }
  }

  async #consider(id: ContentId): Promise<void> {
    try {
      const record = await this.shelf.record(id);
      if (record === undefined || !(await this.#isOrphan(record))) return;
    } catch (error) {
      if (!(error instanceof FileStoreUnavailable)) throw error;
      // What is damaged is left to a person, and must not keep the sweep from the rest.
      if (!(await this.shelf.isBlank(id))) return;
    }
    await this.failpoints.hit('clean.before-delete');
    await this.shelf.remove(id);
  }

  /** As {@link #isOrphan}, but leaves a version alone that the head could still become. */
  async #isLost(record: StoredRecord, head: Head): Promise<boolean> {
    if (record.version <= (await this.#newest(head))) return !(await this.#isInChain(record, head));
    return head.nonce !== record.from;
  }

  /** Whether a version was not and never will be published, or is kept no more. */
  async #isOrphan(record: StoredRecord): Promise<boolean> {
    const head = await this.reader.read(record.name);
    // Its first head went with a lock, or any other one was lost: what may be the last copy stays.
    if (head === undefined) return false;
    if (record.version <= (await this.#newest(head))) return !(await this.#isInChain(record, head));
    if (head.nonce !== record.from) return true;
    // Its writer may only be paused: the head must move on before its content may go.
    const moved = await this.swapper.swap(head, withToken(head, head.token), 'clean');
    return moved ? true : await this.#isOrphan(record);
  }

  /** That of the record, should a damaged head say otherwise. */
  async #newest(head: Head): Promise<number> {
    const [newest] = await this.chains.of(head);
    return Math.max(head.version, newest?.version ?? 0);
  }

  /** Heads of published versions are never removed, so one that is not there was lost. */
  async #wasPublished({ name, predecessor }: StoredRecord): Promise<boolean> {
    return predecessor !== undefined || (await this.links.all(name)).length > 0;
  }

  async #isInChain(record: StoredRecord, head: Head): Promise<boolean> {
    const chain = await this.chains.of(head);
    for (const one of chain) if (one.version <= record.version) return one.id === record.id;
    // A chain that ends among the kept versions is damaged, not pruned: leave what lies there.
    return this.#isBroken(head, chain);
  }

  #isBroken(head: Head, chain: readonly Link[]): boolean {
    const last = chain.at(-1);
    if (last === undefined) return head.record !== undefined;
    if (last.predecessor === undefined) return false;
    const contents = chain.filter(({ deleted }) => !deleted).length;
    return chain.length <= RECORDS_BEHIND || contents < this.keeping.versions;
  }

  async #sweepPrepared(stopped: () => boolean): Promise<void> {
    for (const entry of await readdir(this.layout.prepared)) {
      if (stopped()) return;
      const path = join(this.layout.prepared, entry);
      if (await this.#isOld(path)) await this.#removePrepared(path);
    }
  }

  async #removePrepared(path: string): Promise<void> {
    // Taken away whole first: whoever prepared it must not put half of it in place.
    const doomed = join(this.layout.prepared, `${randomUUID()}.gone`);
    try {
      await rename(path, doomed);
      await rm(doomed, { recursive: true, force: true });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }

  async #isOld(path: string): Promise<boolean> {
    const stats = await statsOf(path);
    return stats !== undefined && ageMs(stats, this.clock.epochMicros()) >= ORPHAN_AGE_MS;
  }
}
