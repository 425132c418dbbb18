import type { FileName } from './file-name.js';
import type { Head } from './head.js';

/** Who writes a version, kept in its record. */
export interface Author {
  readonly session: string;
  /** The fencing token under which it is written; becomes the head's token. */
  readonly token: number;
  /** A client's own id of the request, so that a repeated one can be recognised. */
  readonly requestId?: string;
}

/** Tells a request's id, or that it has none. */
export type RequestIdSource = () => Promise<string | undefined>;

/** What is known for good about one version. Immutable; written before the swap. */
export interface VersionRecord {
  readonly version: number;
  readonly deleted: boolean;
  /** Bytes; 0 for a deletion. */
  readonly size: number;
  /** Lower-case hex; of no bytes for a deletion. */
  readonly sha256: string;
  /** Microseconds since the Unix epoch. */
  readonly modified: number;
  readonly session: string;
  readonly token: number;
  readonly requestId?: string;
}

/** A complete, durable content (or deletion) that waits for its swap. */
export interface Staged {
  /** The head it will be swapped from, and from no other. */
  readonly from: Head;
  readonly record: VersionRecord;
}

export type FenceResult =
  | { readonly outcome: 'fenced'; readonly head: Head }
  /** The store's token is not below the offered one: whoever grants must grant a higher token. */
  | { readonly outcome: 'behind'; readonly token: number };

export type MoveResult =
  | { readonly outcome: 'fenced'; readonly head: Head }
  /** It was not the head any more. Nothing was changed. */
  | { readonly outcome: 'moved'; readonly current: Head };

export type PublishResult =
  | { readonly outcome: 'published'; readonly head: Head }
  /** Somebody else swapped first. Nothing was changed. Of version 0 if the name is gone. */
  | { readonly outcome: 'moved'; readonly current: Head };

/** An open version of a file; holds a resource until disposed, and stays readable while pruned. */
export interface OpenFile extends AsyncDisposable {
  readonly record: VersionRecord;
  /** All of it, where it is in memory; not to be changed. Such a file holds nothing to dispose of. */
  readonly whole?: Buffer;
  /**
   * The bytes `[offset, offset + length)`, cut at the end of the file, in chunks, which are the
   * reader's own.
   */
  read(offset: number, length: number): AsyncIterable<Buffer>;
}

export interface FileListing {
  /** Sorted by code unit. */
  readonly names: readonly FileName[];
  /** Hand it back as `after` to go on; absent at the end. */
  readonly next: FileName | undefined;
}

export interface ListQuery {
  /** A glob (`*` within a segment, `**` across, `?`, `[…]`); all files if absent. */
  readonly pattern?: string;
  /** Only names behind this one. */
  readonly after?: string;
  /** Also names whose newest version is a deletion; perhaps some that were never written. */
  readonly deleted?: boolean;
  /** At most this many names. */
  readonly count: number;
}

/**
 * Versioned files whose every change is one atomic swap of a head. Knows nothing of locks: tokens
 * are numbers that only rise.
 *
 * Every method may throw {@link FileStoreUnavailable}, and those that create a name
 * {@link FileNameTaken}.
 */
export abstract class FileStore {
  /** Checks the place and repairs what a crash left. Called once before anything else. */
  abstract open(): Promise<void>;

  /** Waits for work that goes on after replies (the plain view, cleaning). */
  abstract close(): Promise<void>;

  /** The current head; undefined if the name was never locked or written. Adopts a plain file. */
  abstract head(name: FileName): Promise<Head | undefined>;

  /** The current head, or a new one of version 0 and token 0. */
  abstract ensureHead(name: FileName): Promise<Head>;

  /**
   * Makes `token` the only one that may write next, keeping the version: the head moves, so that
   * whoever remembers an older one is refused. With `shared`, a head that carries exactly `token`
   * already moves too, under the same token: that token may be a former writer's, of a table that
   * lost its memory or of a change without a lock. Seen by all when it returns; it need not survive
   * a power cut of the machine that has the disk, which nobody who is shut out survives either.
   */
  abstract fence(name: FileName, token: number, shared: boolean): Promise<FenceResult>;

  /**
   * As {@link fence}, under a token not below its own, but from exactly this head: for who has to
   * ask between reading the head and swapping it whether it still may.
   */
  abstract fenceFrom(from: Head, token: number): Promise<MoveResult>;

  /**
   * Stores a content beside the current one; its chunks are the store's own from then on. If
   * `content` throws, nothing stays behind and the error is passed on.
   * @param requestId for the record, in place of the author's: asked once the content has been
   *   read whole, before which some do not know it; what it throws is treated as the content's
   * @throws {FileTooBig} as soon as more than the store's limit arrived
   */
  abstract stage(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    requestId?: RequestIdSource,
  ): Promise<Staged>;

  /**
   * Stores a version out of another store, with its own number, time and author, beside the current
   * one. If `content` throws, nothing stays behind and the error is passed on.
   * @param record its version is above that of `from`, its token not below
   * @param content not read where the version is a deletion
   * @throws {ContentDiffers} where the content is not the record's
   */
  abstract stageCopy(
    from: Head,
    record: VersionRecord,
    content: AsyncIterable<Buffer>,
  ): Promise<Staged>;

  /** A version without content. */
  abstract stageDeletion(from: Head, author: Author): Promise<Staged>;

  /**
   * Swaps from `staged.from` to the staged version under its author's token.
   * @param onSwapped called with the new head as soon as all can see it; it may come to the disk only
   * after that, and what is swapped from it comes there with it
   */
  abstract publish(staged: Staged, onSwapped?: (head: Head) => void): Promise<PublishResult>;

  /** Drops a staged content that will not be published. */
  abstract discard(staged: Staged): Promise<void>;

  /**
   * Opens the current or the given version; undefined where there is none (never written,
   * deleted, or pruned). Never older than a version acknowledged before the call.
   */
  abstract openFile(name: FileName, version?: number): Promise<OpenFile | undefined>;

  /**
   * The current version where its whole content is in memory and it takes no waiting to see that it
   * is the current one; undefined says nothing but that {@link openFile} is to be asked. It holds
   * nothing that would have to be disposed of, and it never throws.
   */
  atHand(_name: FileName): OpenFile | undefined {
    return undefined;
  }

  /** The record of the current or the given version; undefined where {@link openFile} says so. */
  abstract stat(name: FileName, version?: number): Promise<VersionRecord | undefined>;

  /** The versions that are kept, newest first; empty where there are none. */
  abstract history(name: FileName): Promise<readonly VersionRecord[]>;

  /**
   * Which version of `name` a request of this id published: the newest, should there be several.
   * Looks at least through the kept versions, also deletions; undefined where it is none of them.
   */
  abstract published(name: FileName, requestId: string): Promise<number | undefined>;

  abstract list(query: ListQuery): Promise<FileListing>;

  /**
   * A head of version 0 whose token is still `token` is removed: its lock ended without a write.
   * Anything else is left alone.
   */
  abstract forgetUnwritten(head: Head): Promise<void>;
}
