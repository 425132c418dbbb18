import { resolve } from 'node:path';
import { inject, injectable, optional } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { Log } from '../../telemetry/log.js';
import type { StoreUpkeep } from '../check/store-upkeep.js';
import { FileNameTaken, FileStoreUnavailable } from '../errors.js';
import { Failpoints, NoFailpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
import { FileObserver } from '../file-observer.js';
import {
  type Author,
  type FenceResult,
  type FileListing,
  type ListQuery,
  type MoveResult,
  type OpenFile,
  type PublishResult,
  type Staged,
  type VersionRecord,
} from '../file-store.js';
import type { ContentId, Head } from '../head.js';
import { type StagingDetails, StagingFileStore } from '../staging-file-store.js';
import { publicRecord } from '../stored-record.js';
import { Adoption } from './adoption.js';
import { guarded } from './disk-errors.js';
import { DiskFile } from './disk-file.js';
import { makeFolders } from './folders.js';
import { firstHead, withToken } from './head-name.js';
import { Mount } from './mount.js';
import { judgeMount, refuseCachingNfs } from './network-fs.js';
import { DirectoryStoreOptions } from './options.js';
import { SMALL_CONTENT_BYTES, SmallContents, SmallFile } from './small-contents.js';
import { StagedVersion } from './staged-version.js';
import { buildParts, type StoreParts } from './store-parts.js';

/** Each try is lost only to somebody else's swap of the same head. */
const MAX_FENCE_TRIES = 64;

/** Each try is lost only if a content was deleted between reading the head and opening it. */
const MAX_OPEN_TRIES = 16;

/** Files in a directory; the head of each is an empty file whose name is swapped by a rename. */
@injectable()
export class DirectoryFileStore extends StagingFileStore {
  readonly #parts: StoreParts;
  readonly #small = new SmallContents();

  constructor(
    private readonly options: DirectoryStoreOptions,
    clock: Clock,
    private readonly log: Log,
    observer: FileObserver,
    @inject(Failpoints) @optional() private readonly failpoints: Failpoints = new NoFailpoints(),
    @inject(Mount) @optional() mount = new Mount(),
  ) {
    super();
    this.#parts = buildParts(
      { ...options, root: resolve(options.root) },
      clock,
      log,
      observer,
      failpoints,
      mount,
    );
  }

  get upkeep(): StoreUpkeep {
    return this.#parts.upkeep;
  }

  override async open(): Promise<void> {
    await guarded(async () => {
      const { layout, durable } = this.#parts;
      const { files, contents, prepared, views, found } = layout;
      for (const folder of [files, contents, prepared, views, found]) {
        await makeFolders(folder);
      }
      await this.#checkMount(layout.root);
      await this.#parts.mount.look(layout.root, layout.prepared);
      await durable.folder(layout.own);
      await durable.folder(layout.root);
    });
    if (this.options.sweeps) this.#parts.sweeper.start();
  }

  override async close(): Promise<void> {
    await this.#parts.sweeper.close();
    await this.#parts.views.flush();
    await this.#parts.retention.close();
    await this.#parts.hashThread.close();
  }

  /** Resolves when nothing goes on in the background, nor waits for its time to be brought up to date. */
  async idle(): Promise<void> {
    await this.#parts.sweeper.idle();
    await this.#parts.views.flush();
    await this.#parts.retention.idle();
  }

  override head(name: FileName): Promise<Head | undefined> {
    return guarded(async () => {
      const head = await this.#parts.reader.read(name);
      if (!Adoption.isOpen(head)) return head;
      try {
        return (await this.#parts.adoption.adopt(name, this.options.settleMs)) ?? head;
      } catch (error) {
        // A plain file where the store has a folder, or below one of its files.
        if (error instanceof FileNameTaken) return undefined;
        throw error;
      }
    });
  }

  override ensureHead(name: FileName): Promise<Head> {
    return guarded(async () => {
      const head = await this.head(name);
      if (head !== undefined) return head;
      await this.#parts.plain.checkRoomFor(name);
      return await this.#parts.creator.ensure(name);
    });
  }

  override fence(name: FileName, token: number, shared: boolean): Promise<FenceResult> {
    return guarded(async () => {
      const swapped = await this.#fenceLastSwapped(name, token);
      if (swapped !== undefined) return { outcome: 'fenced', head: swapped };
      let before: Head | undefined;
      for (let tries = 0; tries < MAX_FENCE_TRIES; tries++) {
        const head = await this.ensureHead(name);
        const isTaken = shared && head.token === token;
        if (isTaken && head.version === before?.version) {
          // Another reader moved the head since this one was granted, which shuts out the same
          // older heads; many at once need not take turns.
          return { outcome: 'fenced', head };
        }
        if (head.token >= token && !isTaken) return { outcome: 'behind', token: head.token };
        const to = withToken(head, token);
        if (await this.#parts.swapper.swap(head, to, 'fence')) {
          return { outcome: 'fenced', head: to };
        }
        before = head;
      }
      throw new FileStoreUnavailable(
        `"${name}" is changed by others all the time: try again`,
        false,
      );
    });
  }

  /** The usual case, without a look at the folder; undefined where there has to be one. */
  async #fenceLastSwapped(name: FileName, token: number): Promise<Head | undefined> {
    const from = this.#parts.swapper.lastSwapped(name);
    if (from === undefined || from.token >= token) return undefined;
    const to = withToken(from, token);
    return (await this.#parts.swapper.swap(from, to, 'fence')) ? to : undefined;
  }

  override fenceFrom(from: Head, token: number): Promise<MoveResult> {
    return guarded(async () => {
      const to = withToken(from, token);
      if (await this.#parts.swapper.swap(from, to, 'fence')) return { outcome: 'fenced', head: to };
      return { outcome: 'moved', current: await this.ensureHead(from.name) };
    });
  }

  protected override async storeContent(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged> {
    const { shelf } = this.#parts;
    const { record, whole } = await guarded(() => shelf.store(from, content, author, details));
    return new StagedVersion(from, record, whole);
  }

  protected override async storeDeletion(
    from: Head,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged> {
    const { shelf } = this.#parts;
    return new StagedVersion(from, await guarded(() => shelf.storeDeletion(from, author, details)));
  }

  override async publish(staged: Staged, onSwapped?: (head: Head) => void): Promise<PublishResult> {
    const version = StagedVersion.of(staged);
    version.isGivenAway = true;
    try {
      const { from, to } = version;
      if (await guarded(() => this.#parts.swapper.swap(from, to, 'publish', onSwapped))) {
        this.#followUp(version);
        return { outcome: 'published', head: to };
      }
    } catch (error) {
      version.isGivenAway = !(error instanceof FileStoreUnavailable) || error.outcomeUnknown;
      throw error;
    }
    // The head has moved past the only one it could be swapped from.
    version.isGivenAway = false;
    await this.discard(version);
    const { name } = version.from;
    return { outcome: 'moved', current: (await this.head(name)) ?? firstHead(name) };
  }

  override async discard(staged: Staged): Promise<void> {
    const version = StagedVersion.of(staged);
    if (version.isGivenAway) return;
    try {
      await this.#parts.shelf.remove(version.stored.id);
    } catch (err) {
      this.log.warn('content.left', 'An unpublished content is left to the next sweep', { err });
    }
  }

  override openFile(name: FileName, version?: number): Promise<OpenFile | undefined> {
    return guarded(async () => {
      for (let tries = 0; tries < MAX_OPEN_TRIES; tries++) {
        const head = await this.head(name);
        if (head === undefined) return undefined;
        await this.failpoints.hit('open.head-read');
        const isCurrent = version === undefined || version === head.version;
        const content = isCurrent ? head.content : await this.#contentOf(head, version);
        if (content === undefined) return undefined;
        // Others than the current one may have been removed from the disk, and read as gone then.
        const kept = isCurrent ? this.#small.get(content) : undefined;
        const file = kept ?? (await this.#openContent(content));
        if (file !== undefined || !isCurrent) return file;
      }
      throw new FileStoreUnavailable(
        `the content of "${name}" is missing: restore .candado/contents from a backup`,
        false,
      );
    });
  }

  override atHand(name: FileName): OpenFile | undefined {
    const content = this.#parts.reader.glance(name)?.content;
    return content && this.#small.get(content);
  }

  override stat(name: FileName, version?: number): Promise<VersionRecord | undefined> {
    return guarded(async () => {
      if (version !== undefined) return await this.#statOf(name, version);
      for (let tries = 0; tries < MAX_OPEN_TRIES; tries++) {
        const head = await this.head(name);
        if (head?.content === undefined) return undefined;
        const record = await this.#parts.shelf.record(head.content);
        if (record !== undefined) return publicRecord(record);
      }
      throw new FileStoreUnavailable(
        `the record of "${name}" is missing: restore .candado/contents from a backup`,
        false,
      );
    });
  }

  override history(name: FileName): Promise<readonly VersionRecord[]> {
    return guarded(async () => {
      const head = await this.head(name);
      if (head === undefined) return [];
      return (await this.#parts.history.kept(head)).map(publicRecord);
    });
  }

  override published(name: FileName, requestId: string): Promise<number | undefined> {
    return guarded(async () => {
      const head = await this.head(name);
      return head && (await this.#parts.requests.published(head, requestId));
    });
  }

  override list(query: ListQuery): Promise<FileListing> {
    return guarded(() => this.#parts.listing.list(query));
  }

  override forgetUnwritten(head: Head): Promise<void> {
    return guarded(() => this.#parts.swapper.forget(head));
  }

  async #statOf(name: FileName, version: number): Promise<VersionRecord | undefined> {
    const file = await this.openFile(name, version);
    await file?.[Symbol.asyncDispose]();
    return file?.record;
  }

  async #contentOf(head: Head, version: number): Promise<ContentId | undefined> {
    const record = await this.#parts.history.version(head, version);
    return record === undefined || record.deleted ? undefined : record.id;
  }

  async #openContent(id: ContentId): Promise<OpenFile | undefined> {
    const { shelf } = this.#parts;
    const shelved = await shelf.look(id);
    if (shelved === undefined) return undefined;
    const record = publicRecord(shelved.record);
    if (shelved.whole !== undefined) return this.#keep(id, new SmallFile(record, shelved.whole));
    const handle = await shelf.open(id);
    if (handle === undefined) return undefined;
    const file = new DiskFile(record, handle);
    if (record.size > SMALL_CONTENT_BYTES) return file;
    try {
      const chunks = await Array.fromAsync(file.read(0, record.size));
      return this.#keep(id, new SmallFile(record, Buffer.concat(chunks)));
    } finally {
      await file[Symbol.asyncDispose]();
    }
  }

  #keep(id: ContentId, small: SmallFile): SmallFile {
    if (small.isSound) this.#small.keep(id, small);
    return small;
  }

  #followUp({ to: head, record, whole }: StagedVersion): void {
    const { views, retention } = this.#parts;
    if (whole !== undefined && head.content !== undefined) {
      this.#small.keep(head.content, new SmallFile(record, whole));
    }
    if (this.options.plainView === 'on' && !views.add(head.name)) {
      this.log.warn('view.queue-full', 'A plain file is left to the next sweep', {
        file: head.name,
      });
    }
    if (this.options.keeping.mayHavePast(head.version)) retention.schedule(head.name);
  }

  async #checkMount(root: string): Promise<void> {
    const verdict = await judgeMount(root);
    if (verdict.kind === 'fine') return;
    if (verdict.kind === 'caching-nfs' && !this.options.allowCachingNfs) refuseCachingNfs();
    this.log.warn(
      'files.network',
      'FILES_ROOT is on a file system whose caches may show old files',
      {
        type: verdict.kind === 'unproven' ? verdict.type : 'NFS',
      },
    );
  }
}
