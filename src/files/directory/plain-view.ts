import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { copyFile, link, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../telemetry/log.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { FileObserver } from '../file-observer.js';
import type { Head } from '../head.js';
import type { ContentShelf } from './content-shelf.js';
import { hasCode } from './disk-errors.js';
import type { FoundShelf } from './found-shelf.js';
import type { HeadReader } from './head-reader.js';
import type { Layout } from './layout.js';
import { type PlainTree, statsOf } from './plain-tree.js';
import { NO_LINKS, type ViewLink, type ViewLinks } from './view-links.js';
import type { ViewLook } from './view-look.js';

/**
 * How long the plain file of one that changes all the time may lag, in milliseconds: bringing it up to
 * date costs more than the change itself, and nobody looks at it so often.
 */
export const VIEW_PACE_MS = 1_000;

/** Each try is lost only to a swap, another replica's view or a person at the same moment. */
const MAX_TRIES = 16;

/** Foreign files remembered as reported; beyond it the oldest may be reported again. */
const MAX_REPORTED = 10_000;

/**
 * `publish`: a new version replaces what lies there, which is kept if it is nobody's version.
 * `repair`: a lagging view is brought up to date; what somebody put there is only reported.
 */
export type ViewMode = 'publish' | 'repair';

/**
 * `missing` and `stale`: it will be brought up to date; `replaced`: somebody else's, which only a
 * person may judge; `blocked`: no plain file can be there.
 */
export type ViewState = 'current' | 'missing' | 'stale' | 'replaced' | 'blocked';

/** Makes `<root>/<name>` converge to the current version. */
export class PlainView {
  readonly #reported = new Map<FileName, string>();

  constructor(
    private readonly layout: Layout,
    private readonly plain: PlainTree,
    private readonly links: ViewLinks,
    private readonly found: FoundShelf,
    private readonly reader: HeadReader,
    private readonly shelf: ContentShelf,
    private readonly looking: ViewLook,
    private readonly failpoints: Failpoints,
    private readonly log: Log,
    private readonly observer: FileObserver,
  ) {}

  /** Never throws: what fails is logged and tried again at the next publish or sweep. */
  async refresh(name: FileName, mode: ViewMode): Promise<void> {
    try {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const head = await this.reader.read(name);
        if (head === undefined || head.version === 0) return;
        if (!(await this.#converge(head, mode))) continue;
        // A slower writer of an older version may have come last, also on another replica.
        const now = await this.reader.read(name);
        if (now?.version === head.version) return;
      }
      this.#failed(name, 'the file changes too fast');
    } catch (error) {
      this.#failed(name, error);
    }
  }

  /**
   * How the view of a file is; changes nothing.
   * @param since the view is current enough if it is of this version or a newer one
   */
  async state(name: FileName, since?: number): Promise<ViewState> {
    const head = await this.reader.read(name);
    if (head === undefined) return 'current';
    const isDeleted = head.content === undefined;
    const view = await this.looking.at(name);
    switch (view.kind) {
      case 'missing':
        return isDeleted ? 'current' : 'missing';
      case 'own':
        if (view.link.version > head.version) return await this.#stateAhead(head);
        if (view.link.version < head.version && view.link.version >= (since ?? head.version)) {
          return 'current';
        }
        return view.link.version === head.version && !isDeleted ? 'current' : 'stale';
      case 'foreign': {
        const version = await this.looking.versionOf(head, this.layout.plain(name));
        if (version === undefined) return 'replaced';
        return version === head.version ? 'current' : 'stale';
      }
      case 'blocked':
      case 'folder':
        // Nothing is to be there.
        return isDeleted ? 'current' : 'blocked';
    }
  }

  /** Of a view that is newer than `head`: written since, or the head is out of an older backup. */
  async #stateAhead(head: Head): Promise<ViewState> {
    const now = await this.reader.read(head.name);
    return now?.version === head.version ? 'replaced' : await this.state(head.name);
  }

  /** Whether the view now is as `head` says, or nothing can be done; false: look again. */
  async #converge(head: Head, mode: ViewMode): Promise<boolean> {
    const view = await this.looking.at(head.name);
    switch (view.kind) {
      case 'missing':
        return head.content === undefined ? true : await this.#write(head, false);
      case 'own':
        // Written by a replica that saw a newer head.
        if (view.link.version > head.version) return false;
        if (head.content === undefined) return await this.#remove(head);
        if (view.link.version === head.version) return true;
        return await this.#write(head, true);
      case 'foreign':
        return await this.#replace(head, view.stats, view.link, mode);
      case 'blocked':
        // Names lie below it, so a plain file there cannot be a file of the store.
        if (view.isFile && mode === 'publish') return await this.#moveAway(head, view.by);
        return this.#refuse(head.name, view.by);
      case 'folder':
        return head.content === undefined || this.#refuse(head.name, head.name);
    }
  }

  /** @param replace whether a view of the store lies there, which may be renamed over */
  async #write(head: Head, replace: boolean): Promise<boolean> {
    const { name, content } = head;
    if (content === undefined) return true;
    if (!(await this.plain.makeFoldersAbove(name))) return false;
    const linkPath = await this.#copy(head);
    if (linkPath === undefined) return false;
    await this.failpoints.hit('view.before-rename');
    const path = this.layout.plain(name);
    const aside = join(this.layout.prepared, randomUUID());
    try {
      if (replace) {
        await link(linkPath, aside);
        await rename(aside, path);
      } else {
        await link(linkPath, path);
      }
    } catch (error) {
      await rm(aside, { force: true });
      if (hasCode(error, ...NO_LINKS)) {
        await rename(linkPath, path);
      } else {
        await rm(linkPath, { force: true });
        // Somebody was faster, or another replica tidied the link away.
        if (hasCode(error, 'EEXIST', 'ENOENT')) return false;
        throw error;
      }
    }
    await this.failpoints.hit('view.after-rename');
    this.observer.viewRepaired('written');
    await this.#tidy(head);
    return true;
  }

  /** A copy of the content that shares nothing with it, kept under its link's name. */
  async #copy(head: Head): Promise<string | undefined> {
    if (head.content === undefined) return undefined;
    const shelved = await this.shelf.look(head.content);
    if (shelved === undefined) return undefined;
    const { record, whole } = shelved;
    const aside = join(this.layout.prepared, randomUUID());
    try {
      if (whole !== undefined) await writeFile(aside, whole);
      else await copyFile(this.layout.content(record.id), aside, constants.COPYFILE_FICLONE);
      const seconds = record.modified / 1_000_000;
      await utimes(aside, seconds, seconds);
      const stats = await statsOf(aside);
      const path = await this.links.place(head.name, head.version, stats?.mtimeNs ?? 0n);
      await rename(aside, path);
      await this.failpoints.hit('view.copied');
      return path;
    } catch (error) {
      await rm(aside, { force: true });
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #remove(head: Head): Promise<boolean> {
    await rm(this.layout.plain(head.name), { force: true });
    this.observer.viewRepaired('written');
    await this.#tidy(head);
    await this.links.removeFolder(head.name);
    return true;
  }

  async #replace(
    head: Head,
    stats: BigIntStats,
    own: ViewLink | undefined,
    mode: ViewMode,
  ): Promise<boolean> {
    const path = this.layout.plain(head.name);
    if (mode === 'repair') {
      const version = await this.#keptVersion(head, path, stats);
      if (version === undefined) return true;
      if (version === head.version) {
        await this.links.claim(head.name, version, path, stats);
        return true;
      }
    }
    const taken = await this.found.take(path, head.name);
    if (taken === undefined) return false;
    if (own !== undefined) await rm(own.path, { force: true });
    await this.failpoints.hit('view.moved-aside');
    const written = head.content === undefined || (await this.#write(head, false));
    await this.#judge(head, taken);
    return written;
  }

  /** The version whose content a foreign file has; where it has none, that is reported once. */
  async #keptVersion(head: Head, path: string, stats: BigIntStats): Promise<number | undefined> {
    const mark = `${stats.ino}.${stats.mtimeNs}.${stats.size}`;
    if (this.#reported.get(head.name) === mark) return undefined;
    const version = await this.looking.versionOf(head, path);
    if (version !== undefined) return version;
    const [oldest] = this.#reported.keys();
    if (this.#reported.size >= MAX_REPORTED && oldest !== undefined) this.#reported.delete(oldest);
    this.#reported.set(head.name, mark);
    this.log.warn('view.foreign', 'A plain file is not what the store wrote there', {
      file: head.name,
    });
    return undefined;
  }

  /** Deletes what was moved aside if it is a kept version anyway, else tells where it lies. */
  async #judge(head: Head, taken: string): Promise<void> {
    if ((await this.looking.versionOf(head, taken)) !== undefined) {
      await rm(taken, { force: true });
      return;
    }
    this.log.warn('view.found', 'A plain file put there by hand was moved aside', {
      file: head.name,
      movedTo: taken.slice(this.layout.root.length + 1),
    });
    this.observer.viewRepaired('found');
  }

  async #moveAway(head: Head, above: string): Promise<boolean> {
    const taken = await this.found.take(this.layout.plain(above), above);
    if (taken !== undefined) await this.#judge(head, taken);
    return false;
  }

  /** Drops links to former views; one that was edited just before it was replaced is kept. */
  async #tidy(head: Head): Promise<void> {
    for (const old of await this.links.all(head.name)) {
      if (old.version >= head.version) continue;
      const stats = await statsOf(old.path);
      if (stats === undefined) continue;
      if (stats.mtimeNs === old.mtimeNs) {
        await rm(old.path, { force: true });
        continue;
      }
      const taken = await this.found.take(old.path, head.name);
      if (taken !== undefined) await this.#judge(head, taken);
    }
  }

  #refuse(name: FileName, by: string): true {
    this.#failed(name, `"${by}" is in the way`);
    return true;
  }

  #failed(name: FileName, err: unknown): void {
    this.log.warn('view.failed', 'A plain file could not be brought up to date', {
      file: name,
      ...(err instanceof Error ? { err } : { reason: err }),
    });
    this.observer.viewRepaired('failed');
  }
}
