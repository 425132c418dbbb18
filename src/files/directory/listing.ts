import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStoreUnavailable } from '../errors.js';
import { type FileName, MAX_NAME_SEGMENTS, parseFileName } from '../file-name.js';
import type { FileListing, ListQuery } from '../file-store.js';
import type { Head } from '../head.js';
import { folderPattern, namePattern } from '../name-pattern.js';
import { hasCode } from './disk-errors.js';
import { type HeadReader, isFolderOfNames, type Place } from './head-reader.js';
import { type Layout, OWN_FOLDER } from './layout.js';
import { decodeEntry, encodeName } from './name-encoding.js';
import type { PlainTree } from './plain-tree.js';

/** How many entries of one folder are sorted in memory at a time; larger folders are read again. */
const WINDOW = 8192;

/** A name that has a head, or that is a plain file not adopted yet. */
export interface Listed {
  readonly name: FileName;
  readonly head: Head | undefined;
}

/** What a walk is to look at, so that it reads nothing else. */
interface Wanted {
  readonly after: string;
  readonly isWanted: (name: string) => boolean;
  /** Whether anything below a folder could be wanted. */
  readonly mayHold: (folder: string) => boolean;
  /** Told of a name whose head cannot be read; a walk without it ends there. */
  readonly passOver?: PassOver;
}

export type PassOver = (name: FileName, error: FileStoreUnavailable) => void;

const always = (): boolean => true;

/** Walks the heads and the plain files beside them in the order of their names. */
export class Listing {
  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
    private readonly plain: PlainTree,
    private readonly window: number = WINDOW,
  ) {}

  async list(query: ListQuery): Promise<FileListing> {
    const { pattern, after = '' } = query;
    const wanted: Wanted = {
      after,
      isWanted: pattern === undefined ? always : namePattern(pattern),
      mayHold: pattern === undefined ? always : folderPattern(pattern),
    };
    // A folder that is not there lists as empty, which for the whole store would be a lie.
    await stat(this.layout.files);
    const names: FileName[] = [];
    for await (const { name, head } of this.#walk('', wanted)) {
      const isThere =
        head === undefined || head.content !== undefined || (query.deleted && head.version > 0);
      if (!isThere) continue;
      if (names.length >= query.count) return { names, next: names.at(-1) };
      names.push(name);
    }
    return { names, next: undefined };
  }

  /**
   * Every name, those without content too.
   * @param passOver what lets it go on past names whose head cannot be read
   */
  walk(passOver?: PassOver): AsyncGenerator<Listed, void, undefined> {
    const all = { after: '', isWanted: always, mayHold: always };
    return this.#walk('', passOver === undefined ? all : { ...all, passOver });
  }

  /** @param prefix a folder of names: empty, or ending in a slash */
  async *#walk(prefix: string, wanted: Wanted): AsyncGenerator<Listed, void, undefined> {
    let last = '';
    for (;;) {
      const keys = await this.#nextKeys(prefix, wanted.after, last);
      // Nothing lies below a file; where one fell into the window before, that is found out again.
      const files = new Set<string>();
      for (const key of keys) {
        if (key.endsWith('/')) {
          if (!files.has(key.slice(0, -1))) yield* this.#below(prefix + key, wanted);
        } else if (wanted.isWanted(prefix + key)) {
          for await (const listed of this.#at(prefix + key, wanted)) {
            files.add(key);
            yield listed;
          }
        }
      }
      if (keys.length < this.window) return;
      last = keys.at(-1) ?? last;
    }
  }

  /**
   * The next segments of a folder behind `last`, sorted as the names they lead to: a segment
   * counts once as a name and once, with a slash, as a folder, for `a.txt` comes before `a/b`.
   */
  async #nextKeys(prefix: string, after: string, last: string): Promise<readonly string[]> {
    let keys = new Set<string>();
    const smallest = (): string[] => [...keys].toSorted(byCodeUnit).slice(0, this.window);
    const add = (key: string): void => {
      const name = prefix + key;
      const isBehind = name > after || (key.endsWith('/') && after.startsWith(name));
      if (key <= last || !isBehind) return;
      keys.add(key);
      if (keys.size >= 2 * this.window) keys = new Set(smallest());
    };
    for await (const segment of this.#treeSegments(this.#treeFolder(prefix), '')) {
      add(segment);
      add(`${segment}/`);
    }
    for await (const key of this.#plainKeys(prefix)) add(key);
    return smallest();
  }

  async *#at(text: string, wanted: Wanted): AsyncGenerator<Listed, void, undefined> {
    const parsed = parseFileName(text);
    if (!parsed.ok) return;
    const { name } = parsed;
    // Not by a listing, for it may be large.
    if (await isFolderOfNames(this.layout.headFolder(name))) return;
    const place = await this.#place(name, wanted);
    if (place?.kind === 'head') yield { name, head: place.head };
    if (place?.kind !== 'none') return;
    if ((await this.plain.look(name)).kind === 'file') yield { name, head: undefined };
  }

  async *#below(prefix: string, wanted: Wanted): AsyncGenerator<Listed, void, undefined> {
    const name = prefix.slice(0, -1);
    if (!wanted.mayHold(name)) return;
    // No name lies that deep, whatever folders people make.
    if (name.split('/').length >= MAX_NAME_SEGMENTS) return;
    const isTree = await isFolderOfNames(this.#treeFolder(prefix));
    if (!isTree) {
      if ((await this.plain.look(name)).kind !== 'folder') return;
      const parsed = parseFileName(name);
      const place = parsed.ok ? await this.#place(parsed.name, wanted) : undefined;
      if (place === undefined || place.kind === 'head') return;
    }
    yield* this.#walk(prefix, wanted);
  }

  /** Undefined for what was passed over. */
  async #place(name: FileName, { passOver }: Wanted): Promise<Place | undefined> {
    try {
      return await this.reader.place(name);
    } catch (error) {
      if (passOver === undefined || !(error instanceof FileStoreUnavailable)) throw error;
      passOver(name, error);
      return undefined;
    }
  }

  #treeFolder(prefix: string): string {
    return prefix === ''
      ? this.layout.files
      : join(this.layout.files, ...encodeName(prefix.slice(0, -1)));
  }

  /** The segments of a folder of heads; those cut into several folders are put together. */
  async *#treeSegments(folder: string, begun: string): AsyncGenerator<string, void, undefined> {
    for await (const entry of entriesOf(folder)) {
      const decoded = decodeEntry(entry.name);
      if (decoded === undefined) continue;
      const text = begun + decoded.text;
      if (decoded.continued) yield* this.#treeSegments(join(folder, entry.name), text);
      else yield text;
    }
  }

  async *#plainKeys(prefix: string): AsyncGenerator<string, void, undefined> {
    if (prefix !== '' && (await this.plain.look(prefix.slice(0, -1))).kind !== 'folder') return;
    for await (const entry of entriesOf(this.layout.plain(prefix.slice(0, -1)))) {
      if (prefix === '' && entry.name === OWN_FOLDER) continue;
      if (entry.isFile()) yield entry.name;
      if (entry.isDirectory()) yield `${entry.name}/`;
    }
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function* entriesOf(folder: string) {
  try {
    yield* await opendir(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}
