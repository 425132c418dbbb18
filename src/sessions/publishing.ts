import { injectable } from 'inversify';
import { EventFeed } from '../events/event-feed.js';
import { ContentDamaged } from '../files/errors.js';
import type { FileName } from '../files/file-name.js';
import {
  type Author,
  FileStore,
  type OpenFile,
  type PublishResult,
  type Staged,
} from '../files/file-store.js';
import type { Head } from '../files/head.js';
import { LockTable } from '../locks/lock-table.js';
import type { LockState } from '../locks/model.js';
import { fileEvent } from './file-events.js';
import { FileLocking } from './file-locking.js';
import { HeldLocks } from './held-locks.js';
import { LockObserver } from './lock-observer.js';
import type { HeldLock, Session } from './session.js';

export interface ChangeOptions {
  /** The change is refused unless this is the current version. */
  readonly version?: number;
  /** The lock goes on. */
  readonly keep: boolean;
  /** The client's own id of this request: sent again, it changes nothing a second time. */
  readonly requestId?: string;
}

export interface PutOptions extends ChangeOptions {
  /** What the content must have, in lower-case hexadecimal. */
  readonly sha256?: string;
}

/** What of its options a client has named, or may still name. */
export interface NamedOptions {
  readonly version: boolean;
  readonly requestId: boolean;
}

/** A content on its way to the store. */
export interface Incoming {
  readonly chunks: AsyncIterable<Buffer>;
  /** What is asked for; may be known only once the content has been read. */
  readonly options: () => Promise<PutOptions>;
}

export type ChangeOutcome =
  | { readonly outcome: 'published'; readonly version: number }
  /** This request, by its id, had published that version before; nothing was changed now. */
  | { readonly outcome: 'repeated'; readonly version: number }
  /** The session holds no exclusive lock and gave no version. */
  | { readonly outcome: 'notlocked'; readonly shared: boolean }
  /** The session's lock was followed by a newer grant. */
  | { readonly outcome: 'fenced'; readonly because: string | undefined }
  | { readonly outcome: 'conflict'; readonly version: number }
  /** No lock, a version given, but somebody holds the file. */
  | { readonly outcome: 'locked'; readonly state: LockState }
  /** The content that arrived is not the one that was announced. */
  | { readonly outcome: 'differs'; readonly sha256: string }
  /** Nothing there to delete, or no such version to restore. */
  | { readonly outcome: 'absent' };

type Refused = Exclude<ChangeOutcome, { readonly outcome: 'published' | 'repeated' }>;

/**
 * Changes of files. Whether one takes place is decided by a single swap of the head: from the head
 * that the lock's holder remembers, or, without a lock, from the head that carries the version the
 * client named. Refusals change nothing.
 *
 * Every method may throw FileStoreUnavailable; changes without a lock also LockTableUnavailable.
 */
@injectable()
export class Publishing {
  constructor(
    private readonly files: FileStore,
    private readonly table: LockTable,
    private readonly locking: FileLocking,
    private readonly held: HeldLocks,
    private readonly observer: LockObserver,
    private readonly events: EventFeed,
  ) {}

  /**
   * Whether a change of `name` is refused before its content needs to be looked at. With an id it
   * never is: the change may have taken place already.
   */
  refusedFromTheStart(session: Session, name: FileName, named: NamedOptions): Refused | undefined {
    if (named.requestId) return undefined;
    const lock = session.held.get(name);
    if (lock?.state === 'lost') return this.#fenced(session, lock);
    if (lock?.mode === 'exclusive' || named.version) return undefined;
    return this.#refuse({ outcome: 'notlocked', shared: lock !== undefined });
  }

  /** Stores a new version of `name`. */
  async put(session: Session, name: FileName, incoming: Incoming): Promise<ChangeOutcome> {
    const lock = exclusiveLock(session, name);
    const from = lock?.head ?? (await this.files.ensureHead(name));
    const token = lock?.token ?? from.token + 1;
    const author = { session: session.id, token };
    let asked: Promise<PutOptions> | undefined;
    const options = (): Promise<PutOptions> => {
      asked ??= incoming.options();
      return asked;
    };
    let staged: Staged;
    try {
      const requestId = async () => (await options()).requestId;
      staged = await this.files.stage(from, incoming.chunks, author, requestId);
    } catch (error) {
      await this.#forgetUnlessHeld(from);
      throw error;
    }
    return await this.#discardUnlessPublished(staged, async () => {
      const wished = await options();
      const repeated = await this.#repeated(session, name, wished);
      if (repeated !== undefined) return repeated;
      const { sha256 } = staged.record;
      if (sha256 !== (wished.sha256 ?? sha256)) return { outcome: 'differs', sha256 };
      const outcome = await this.#change(session, name, lock, staged, wished);
      if (outcome.outcome === 'published') this.observer.published('put');
      return outcome;
    });
  }

  /**
   * Publishes the content of a kept version once more, as the newest.
   * @throws {ContentDamaged} where that content is not what was written
   */
  async restore(
    session: Session,
    name: FileName,
    version: number,
    options: ChangeOptions,
  ): Promise<ChangeOutcome> {
    const lock = exclusiveLock(session, name);
    const from = lock?.head ?? (await this.files.head(name));
    const repeated = await this.#repeated(session, name, options);
    if (repeated !== undefined) return repeated;
    if (from === undefined) return { outcome: 'absent' };
    const file = await this.files.openFile(name, version);
    if (file === undefined) return { outcome: 'absent' };
    const author = authorOf(session, lock?.token ?? from.token + 1, options);
    const staged = await this.#copied(from, file, author);
    return await this.#discardUnlessPublished(staged, async () => {
      if (staged.record.sha256 !== file.record.sha256) throw new ContentDamaged(name, version);
      const outcome = await this.#change(session, name, lock, staged, options);
      if (outcome.outcome === 'published') this.observer.published('put');
      return outcome;
    });
  }

  /** Publishes a version without content. */
  async delete(session: Session, name: FileName, options: ChangeOptions): Promise<ChangeOutcome> {
    const lock = exclusiveLock(session, name);
    const from = lock?.head ?? (await this.files.head(name));
    const repeated = await this.#repeated(session, name, options);
    if (repeated !== undefined) return repeated;
    if (from?.content === undefined) return { outcome: 'absent' };
    const author = authorOf(session, lock?.token ?? from.token + 1, options);
    const staged = await this.files.stageDeletion(from, author);
    return await this.#discardUnlessPublished(staged, async () => {
      const outcome = await this.#change(session, name, lock, staged, options);
      if (outcome.outcome === 'published') this.observer.published('delete');
      return outcome;
    });
  }

  /**
   * The answer to a request that was answered before, as far as the kept versions tell. Asked only
   * after the head was read that the change would be swapped from: whatever was published by an
   * earlier attempt since then moves that head, and this attempt's swap is lost.
   */
  async #repeated(
    session: Session,
    name: FileName,
    { requestId, keep }: ChangeOptions,
  ): Promise<ChangeOutcome | undefined> {
    if (requestId === undefined) return undefined;
    const version = await this.files.published(name, requestId);
    if (version === undefined) return undefined;
    const lock = exclusiveLock(session, name);
    if (lock !== undefined && !keep) await this.locking.endQuietly(session, lock);
    return { outcome: 'repeated', version };
  }

  async #copied(from: Head, file: OpenFile, author: Author): Promise<Staged> {
    try {
      return await this.files.stage(from, file.read(0, file.record.size), author);
    } finally {
      await file[Symbol.asyncDispose]();
    }
  }

  async #change(
    session: Session,
    name: FileName,
    lock: HeldLock | undefined,
    staged: Staged,
    options: ChangeOptions,
  ): Promise<ChangeOutcome> {
    const { from } = staged;
    if (lock === undefined && options.version === undefined) {
      return this.#refuse({ outcome: 'notlocked', shared: session.held.has(name) });
    }
    if (lock?.state === 'lost') return this.#fenced(session, lock);
    if (options.version !== undefined && options.version !== from.version) {
      return this.#refuse({ outcome: 'conflict', version: from.version });
    }
    if (lock === undefined) {
      // The head was read before this question, so a grant in between moves it and wins. A lease
      // that ran out ends here, or its holder could renew it although the file changes.
      const state = await this.table.endExpired(name);
      if (state.holders.length > 0) return { outcome: 'locked', state };
    }
    const result = await this.#published(session, lock, staged, options);
    if (result.outcome === 'moved') {
      // A slow first attempt may have won meanwhile.
      const repeated = await this.#repeated(session, name, options);
      if (lock === undefined) {
        return repeated ?? this.#refuse({ outcome: 'conflict', version: result.current.version });
      }
      if (repeated !== undefined) {
        // Where it was to go on, its holder learns now that it does not.
        this.held.lost(lock);
        return repeated;
      }
      const refused = this.#fenced(session, lock);
      // The table may not know better yet, and nobody has this lock any more.
      await this.locking.endQuietly(session, lock);
      return refused;
    }
    return { outcome: 'published', version: result.head.version };
  }

  /**
   * Publishes, tells of it, and gives the lock up unless it is to go on. The next holder need not wait
   * for the disk: what it changes comes there with this change, or after it.
   */
  async #published(
    session: Session,
    lock: HeldLock | undefined,
    staged: Staged,
    { keep }: ChangeOptions,
  ): Promise<PublishResult> {
    let released: Promise<void> | undefined;
    const onSwapped = (head: Head): void => {
      this.events.publish(fileEvent(head.name, staged.record));
      if (lock === undefined) return;
      lock.head = head;
      // From here on the answer is the version, whatever becomes of the release.
      if (!keep) released = this.locking.endQuietly(session, lock);
    };
    try {
      return await this.files.publish(staged, onSwapped);
    } finally {
      await released;
    }
  }

  async #discardUnlessPublished(
    staged: Staged,
    change: () => Promise<ChangeOutcome>,
  ): Promise<ChangeOutcome> {
    let outcome: ChangeOutcome;
    try {
      outcome = await change();
    } catch (error) {
      // Where the outcome is unknown the content may be the current one by now: the store decides.
      if (!isOutcomeUnknown(error)) await this.#discard(staged);
      throw error;
    }
    if (outcome.outcome !== 'published') await this.#discard(staged);
    return outcome;
  }

  async #discard(staged: Staged): Promise<void> {
    await this.files.discard(staged);
    await this.#forgetUnlessHeld(staged.from);
  }

  /** A name that a refused change brought into being goes again, unless it is being locked. */
  async #forgetUnlessHeld(head: Head): Promise<void> {
    if (head.version === 0 && head.token === 0) await this.files.forgetUnwritten(head);
  }

  #fenced(session: Session, lock: HeldLock): Refused {
    this.held.ended(lock, 'lost');
    this.held.remove(session, lock);
    return this.#refuse({ outcome: 'fenced', because: lock.lostBecause });
  }

  #refuse<Outcome extends Refused>(outcome: Outcome): Outcome {
    const kind = outcome.outcome;
    if (kind === 'fenced' || kind === 'conflict' || kind === 'notlocked') {
      this.observer.conflict(kind);
    }
    return outcome;
  }
}

function exclusiveLock(session: Session, name: FileName): HeldLock | undefined {
  const lock = session.held.get(name);
  return lock?.mode === 'exclusive' ? lock : undefined;
}

function authorOf({ id }: Session, token: number, { requestId }: ChangeOptions): Author {
  return { session: id, token, ...(requestId === undefined ? {} : { requestId }) };
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof Error && 'outcomeUnknown' in error && error.outcomeUnknown === true;
}
