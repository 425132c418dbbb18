import { ContentDiffers, FileNameTaken, FileTooBig } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { FileStore, VersionRecord } from '../file-store.js';
import type { Head } from '../head.js';
import type { ArchivedVersion } from './archive-entry.js';

/** What became of one version of an archive. */
export type Became =
  | { readonly outcome: 'imported' }
  /** It is there already, exactly as the archive has it. */
  | { readonly outcome: 'known' }
  /** The store has only newer ones of this file: of its history, if one of them turns out common. */
  | { readonly outcome: 'older' }
  /** Only this version is not taken. */
  | { readonly outcome: 'passed over'; readonly why: string }
  /** Nothing more of this file is to be taken. */
  | { readonly outcome: 'refused'; readonly why: string };

const IMPORTED = { outcome: 'imported' } as const;
const KNOWN = { outcome: 'known' } as const;
const OLDER = { outcome: 'older' } as const;
const LOCKED = refused('somebody has locked it, or changed it since');
const MOVED = refused('somebody changed it at this moment');
const OTHER = refused('the store has another history of it');

/**
 * Takes versions in the order of an archive. Each is swapped in from exactly the head that was seen,
 * and only where that head is nothing yet or the version that the archive has before it.
 */
export class VersionImport {
  /** The newest version that store and archive have both, of the file whose turn it is. */
  #common: { readonly name: FileName; readonly version: number } | undefined;

  constructor(private readonly files: FileStore) {}

  async take(archived: ArchivedVersion, content: AsyncIterable<Buffer>): Promise<Became> {
    const { name, record } = archived;
    const from = await this.#headOf(name);
    if (typeof from === 'string') return refused(from);
    const became =
      from.version >= record.version
        ? await this.#compare(name, record)
        : await this.#takeFrom(from, record, content);
    if (became.outcome !== 'imported' && became.outcome !== 'known') {
      await this.#tidy(from);
      return became;
    }
    this.#common = { name, version: record.version };
    return (await this.#raise(archived)) ? became : MOVED;
  }

  async #takeFrom(
    from: Head,
    record: VersionRecord,
    content: AsyncIterable<Buffer>,
  ): Promise<Became> {
    if (from.version > 0 && !this.#isCommon(from)) return OTHER;
    // Without a version, a token is that of a lock; with one, perhaps of one that ended long ago.
    const highest = from.version === 0 ? 0 : record.token;
    if (from.token > highest) return LOCKED;
    try {
      const staged = await this.files.stageCopy(from, record, content);
      const { outcome } = await this.files.publish(staged);
      return outcome === 'published' ? IMPORTED : MOVED;
    } catch (error) {
      if (error instanceof FileTooBig) return passedOver(error.message);
      if (error instanceof ContentDiffers) {
        return passedOver(`it is damaged in the archive: ${error.message}`);
      }
      throw error;
    }
  }

  async #headOf(name: FileName): Promise<Head | string> {
    try {
      return await this.files.ensureHead(name);
    } catch (error) {
      if (error instanceof FileNameTaken) return error.message;
      throw error;
    }
  }

  #isCommon({ name, version }: Head): boolean {
    return this.#common?.name === name && this.#common.version === version;
  }

  async #compare(
    name: FileName,
    { version, sha256, modified, deleted }: VersionRecord,
  ): Promise<Became> {
    const history = await this.files.history(name);
    const same = history.find((one) => one.version === version);
    if (same !== undefined) {
      const isSame =
        same.sha256 === sha256 && same.modified === modified && same.deleted === deleted;
      return isSame ? KNOWN : OTHER;
    }
    const oldest = history.at(-1)?.version ?? 0;
    return version < oldest ? OLDER : passedOver('the store has newer ones, and not this one');
  }

  /**
   * Where nobody touched the file since, so that no holder of a lock is shut out.
   * @returns false if somebody did at this moment
   */
  async #raise({ name, record, fence = 0 }: ArchivedVersion): Promise<boolean> {
    if (fence <= record.token) return true;
    const head = await this.files.head(name);
    if (head?.version !== record.version || head.token !== record.token) return true;
    return (await this.files.fenceFrom(head, fence)).outcome === 'fenced';
  }

  /** A head that was only made in order to swap from it. */
  async #tidy(from: Head): Promise<void> {
    if (from.version === 0 && from.token === 0) await this.files.forgetUnwritten(from);
  }
}

function passedOver(why: string): Became {
  return { outcome: 'passed over', why };
}

function refused(why: string): Became {
  return { outcome: 'refused', why };
}
