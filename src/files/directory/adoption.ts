import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import { SourceFailed } from '../content-source.js';
import { FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { Failpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import type { StoredRecord } from '../stored-record.js';
import type { ContentShelf } from './content-shelf.js';
import { readRange } from './disk-file.js';
import type { HeadCreator } from './head-creator.js';
import { freshNonce } from './head-name.js';
import type { HeadReader } from './head-reader.js';
import type { HeadSwapper } from './head-swapper.js';
import {
  ageMs,
  isUntouched,
  openPlain,
  type PlainEntry,
  type PlainTree,
  statsOf,
} from './plain-tree.js';
import type { ViewLinks } from './view-links.js';

/** How often a file that changes under the copy is looked at again before its reader is told. */
const MAX_TRIES = 3;

type PlainFile = Extract<PlainEntry, { kind: 'file' }>;

/**
 * Makes version 1 of a plain file that has no history yet.
 *
 * A file that was touched a moment ago may still be written: it is looked at again after the
 * settle time, which is short, since `echo hi > x` should be readable at once. A writer that
 * pauses for longer is the price: what it writes afterwards is found to be no version, and kept.
 * While the copy is made the file must stay the same (inode, size, mtime, ctime). The change itself
 * is an ordinary swap, from a head of version 0 that nobody has fenced.
 */
export class Adoption {
  /** Saves copies, not correctness: other replicas may adopt at the same time. */
  readonly #running = new Map<FileName, Promise<Head | undefined>>();

  constructor(
    private readonly plain: PlainTree,
    private readonly links: ViewLinks,
    private readonly reader: HeadReader,
    private readonly creator: HeadCreator,
    private readonly swapper: HeadSwapper,
    private readonly shelf: ContentShelf,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly failpoints: Failpoints,
    private readonly maxFileBytes: number,
  ) {}

  /** Whether a plain file may become the first version behind this head. */
  static isOpen(head: Head | undefined): boolean {
    return head === undefined || (head.version === 0 && head.token === 0);
  }

  /**
   * The head after adopting; undefined where there is no plain file.
   * @param settleMs how long the file must have been left alone
   * @throws {FileStoreUnavailable} while somebody is writing the file
   * @throws {FileTooBig}
   * @throws {FileNameTaken}
   */
  adopt(name: FileName, settleMs: number): Promise<Head | undefined> {
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const adopting = this.#adopt(name, settleMs).finally(() => this.#running.delete(name));
    this.#running.set(name, adopting);
    return adopting;
  }

  async #adopt(name: FileName, settleMs: number): Promise<Head | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const file = await this.plain.look(name);
      if (file.kind !== 'file') return undefined;
      await this.#checkNew(name);
      if (file.stats.size > BigInt(this.maxFileBytes)) throw new FileTooBig(this.maxFileBytes);
      if (!(await this.#isSettled(file, settleMs))) continue;
      const head = await this.#take(name, file);
      if (head !== undefined) return head;
    }
    throw new FileStoreUnavailable(
      `"${name}" is being written below FILES_ROOT by something else: try again in a moment`,
      false,
    );
  }

  /** The store's own links are only to files that have a head, and such a head is never removed. */
  async #checkNew(name: FileName): Promise<void> {
    if ((await this.links.all(name)).length === 0) return;
    if ((await this.reader.read(name)) !== undefined) return;
    throw new FileStoreUnavailable(
      `the head of "${name}" is gone: restore .candado/files from a backup`,
      false,
    );
  }

  async #isSettled(file: PlainFile, settleMs: number): Promise<boolean> {
    if (ageMs(file.stats, this.clock.epochMicros()) >= settleMs) return true;
    await new Promise<void>((resolve) => this.clock.after(settleMs, resolve));
    return isUntouched(file.stats, await statsOf(file.path));
  }

  async #take(name: FileName, file: PlainFile): Promise<Head | undefined> {
    const handle = await openPlain(file.path);
    if (handle === undefined) return undefined;
    try {
      const from = await this.creator.ensure(name);
      if (!Adoption.isOpen(from)) return from;
      const record = await this.#copy(from, file, handle);
      await this.failpoints.hit('adopt.copied');
      const same =
        isUntouched(file.stats, await handle.stat({ bigint: true })) &&
        isUntouched(file.stats, await statsOf(file.path));
      if (!same) {
        await this.shelf.remove(record.id);
        return undefined;
      }
      return await this.#publish(from, record, file);
    } finally {
      await handle.close();
    }
  }

  async #copy(from: Head, file: PlainFile, handle: FileHandle): Promise<StoredRecord> {
    const author = { session: '', token: from.token };
    const source = readRange(handle, 0, Number(file.stats.size));
    const modified = Math.max(0, Number(file.stats.mtimeNs / 1000n));
    try {
      const { record } = await this.shelf.store(from, source, author, { modified });
      return record;
    } catch (error) {
      throw SourceFailed.unwrap(error);
    }
  }

  async #publish(from: Head, record: StoredRecord, file: PlainFile): Promise<Head | undefined> {
    const { name, token } = from;
    const { id, version } = record;
    const to: Head = { name, version, token, record: id, content: id, nonce: freshNonce() };
    if (!(await this.swapper.swap(from, to, 'publish'))) {
      await this.shelf.remove(id);
      const head = await this.reader.read(name);
      return Adoption.isOpen(head) ? undefined : head;
    }
    this.log.info('file.adopted', 'A plain file became version 1', { file: name });
    await this.links.claim(name, version, file.path, file.stats);
    return to;
  }
}
