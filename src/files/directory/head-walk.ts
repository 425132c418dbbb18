import type { Dirent } from 'node:fs';
import { opendir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../check/finding.js';
import type { HeadFound } from '../check/store-upkeep.js';
import { FileStoreUnavailable } from '../errors.js';
import { type FileName, parseFileName } from '../file-name.js';
import { hasCode } from './disk-errors.js';
import { formatHead, parseHead } from './head-name.js';
import { FOLDER_MARK, type HeadReader, isFolderOfNames } from './head-reader.js';
import type { Layout } from './layout.js';
import { decodeEntry } from './name-encoding.js';

/** Goes through the folders of heads as they lie on the disk, past those that are damaged. */
export class HeadWalk {
  constructor(
    private readonly layout: Layout,
    private readonly reader: HeadReader,
  ) {}

  /** @param repair put marks back that make a folder one of names */
  run(repair: boolean): AsyncGenerator<HeadFound, void, undefined> {
    return this.#tree(this.layout.files, '', repair);
  }

  /** @param begun what the names in this folder begin with */
  async *#tree(
    folder: string,
    begun: string,
    repair: boolean,
  ): AsyncGenerator<HeadFound, void, undefined> {
    for await (const entry of await opendir(folder)) {
      const decoded = entry.isDirectory() ? decodeEntry(entry.name) : undefined;
      if (decoded === undefined) continue;
      const path = join(folder, entry.name);
      const text = begun + decoded.text;
      if (decoded.continued) yield* this.#tree(path, text, repair);
      else yield* this.#folder(path, text, repair);
    }
  }

  async *#folder(
    path: string,
    text: string,
    repair: boolean,
  ): AsyncGenerator<HeadFound, void, undefined> {
    // First, for such a folder may be large.
    if (await isFolderOfNames(path)) {
      yield* this.#tree(path, `${text}/`, repair);
      return;
    }
    const parsed = parseFileName(text);
    const entries = await entriesOf(path);
    if (!parsed.ok || entries === undefined) return;
    const { name } = parsed;
    if (entries.some((entry) => entry.isDirectory() && decodeEntry(entry.name) !== undefined)) {
      yield await this.#unmarked(path, name, entries, repair);
      yield* this.#tree(path, `${text}/`, repair);
      return;
    }
    yield* this.#head(path, name, entries, repair);
  }

  async #unmarked(
    path: string,
    name: FileName,
    entries: readonly Dirent[],
    repair: boolean,
  ): Promise<HeadFound> {
    if (headsIn(entries, name).length > 0) {
      return problem(name, 'it has a head, although names lie below it', false);
    }
    if (repair) await writeFile(join(path, FOLDER_MARK), '');
    const what = `its folder has lost its mark ${FOLDER_MARK}, so that LIST may miss what lies below`;
    return problem(name, what, repair);
  }

  async *#head(
    path: string,
    name: FileName,
    entries: readonly Dirent[],
    repair: boolean,
  ): AsyncGenerator<HeadFound, void, undefined> {
    try {
      const place = await this.reader.place(name);
      if (place.kind === 'head') {
        const others = await this.#others(path, name, entries, formatHead(place.head));
        if (others !== undefined) yield problem(name, others, false);
        yield { kind: 'file', name };
        return;
      }
      if (place.kind === 'none') return;
    } catch (error) {
      if (!(error instanceof FileStoreUnavailable)) throw error;
      yield problem(name, error.message, false);
      return;
    }
    // Names may lie there by now.
    if (await isFolderOfNames(path)) yield* this.#tree(path, `${name}/`, repair);
    else yield problem(name, 'there is no head in its folder', false);
  }

  /**
   * A listing during a swap may show both heads; but where it shows a later one, an earlier one
   * is not there any more in the next listing.
   */
  async #others(
    path: string,
    name: FileName,
    entries: readonly Dirent[],
    current: string,
  ): Promise<string | undefined> {
    const before = headsIn(entries, name);
    if (before.length < 2) return undefined;
    const now = headsIn((await entriesOf(path)) ?? [], name);
    const strays = now.filter((entry) => before.includes(entry) && entry !== current);
    if (strays.length === 0 || now.length < 2) return undefined;
    return `its folder has other heads, too, which do not count: ${strays.join(' ')}`;
  }
}

function problem(name: FileName, what: string, repaired: boolean): HeadFound {
  const finding: Finding = { code: 'HEAD', name, what, repaired };
  return { kind: 'problem', finding };
}

function headsIn(entries: readonly Dirent[], name: FileName): readonly string[] {
  return entries.flatMap((entry) => (parseHead(name, entry.name) ? [entry.name] : []));
}

/** Undefined where the folder went away. */
async function entriesOf(folder: string): Promise<readonly Dirent[] | undefined> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
