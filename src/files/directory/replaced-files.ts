import { FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { Author } from '../file-store.js';
import type { Head } from '../head.js';
import { type ContentShelf, SourceFailed } from './content-shelf.js';
import { readRange } from './disk-file.js';
import type { Listing } from './listing.js';
import { isUntouched, openPlain, statsOf } from './plain-tree.js';
import type { StoredRecord } from './record.js';
import type { View, ViewLook } from './view-look.js';

/** A plain file of a name that has versions, with a content that is none of the kept ones. */
export interface ReplacedFile {
  readonly name: FileName;
  /** The current one, which the plain file should show. */
  readonly version: number;
  /** Of the plain file, in bytes. */
  readonly size: number;
  /** When the plain file was last written, in microseconds since the epoch. */
  readonly modified: number;
}

type Foreign = Extract<View, { kind: 'foreign' }>;

/** Plain files that were replaced or edited by hand: finds them, and makes versions of them. */
export class ReplacedFiles {
  constructor(
    private readonly listing: Listing,
    private readonly looking: ViewLook,
    private readonly shelf: ContentShelf,
    private readonly maxFileBytes: number,
  ) {}

  /** In the order of their names; reads every plain file that is not the store's own as it left it. */
  async *find(): AsyncGenerator<ReplacedFile, void, undefined> {
    for await (const { name, head } of this.listing.walk()) {
      if (head === undefined || head.version === 0) continue;
      const foreign = await this.#foreign(head);
      if (foreign === undefined) continue;
      const { size, mtimeNs } = foreign.stats;
      const modified = Math.max(0, Number(mtimeNs / 1000n));
      yield { name, version: head.version, size: Number(size), modified };
    }
  }

  /**
   * Stores the content of the plain file as the version after `from`; undefined where it was not
   * replaced.
   * @throws {FileStoreUnavailable} where it was written meanwhile
   * @throws {FileTooBig}
   */
  async store(from: Head, author: Author): Promise<StoredRecord | undefined> {
    const foreign = await this.#foreign(from);
    const handle = foreign && (await openPlain(foreign.path));
    if (foreign === undefined || handle === undefined) return undefined;
    const { path, stats } = foreign;
    try {
      if (stats.size > BigInt(this.maxFileBytes)) throw new FileTooBig(this.maxFileBytes);
      const record = await this.shelf.store(from, readRange(handle, 0, Number(stats.size)), author);
      const isSame =
        isUntouched(stats, await handle.stat({ bigint: true })) &&
        isUntouched(stats, await statsOf(path));
      if (isSame) return record;
      await this.shelf.remove(record.id);
      throw new FileStoreUnavailable(
        `"${from.name}" is being written below FILES_ROOT by something else: try again in a moment`,
        false,
      );
    } catch (error) {
      throw error instanceof SourceFailed ? error.cause : error;
    } finally {
      await handle.close();
    }
  }

  async #foreign(head: Head): Promise<Foreign | undefined> {
    const view = await this.looking.at(head.name);
    if (view.kind !== 'foreign') return undefined;
    return (await this.looking.versionOf(head, view.path)) === undefined ? view : undefined;
  }
}
