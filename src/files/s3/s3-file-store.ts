import { inject, injectable, optional } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { Log } from '../../telemetry/log.js';
import type { StoreUpkeep } from '../check/store-upkeep.js';
import { FileStoreUnavailable } from '../errors.js';
import { Failpoints, NoFailpoints } from '../failpoints.js';
import type { FileName } from '../file-name.js';
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
import type { Head } from '../head.js';
import { type StagingDetails, StagingFileStore } from '../staging-file-store.js';
import { publicRecord, type StoredRecord } from '../stored-record.js';
import { guarded, unavailable } from './bucket-errors.js';
import { firstHead, movedBody } from './head-body.js';
import type { Seen, StoredHead } from './heads.js';
import { S3StoreOptions } from './options.js';
import { probeConditions } from './probe.js';
import { RECORDS_BEHIND } from './retention.js';
import { S3Bucket } from './s3-bucket.js';
import { S3File } from './s3-file.js';
import { StagedVersion } from './staged-version.js';
import { buildParts, type StoreParts } from './store-parts.js';

/** Each try is lost only to somebody else's swap of the same head. */
const MAX_FENCE_TRIES = 64;

/** Files in an S3 bucket; the head of each is an object that conditional writes swap. */
@injectable()
export class S3FileStore extends StagingFileStore {
  readonly #parts: StoreParts;

  constructor(
    private readonly options: S3StoreOptions,
    private readonly bucket: S3Bucket,
    private readonly clock: Clock,
    private readonly log: Log,
    @inject(Failpoints) @optional() private readonly failpoints: Failpoints = new NoFailpoints(),
  ) {
    super();
    this.#parts = buildParts(options, bucket, clock, log, failpoints);
  }

  get upkeep(): StoreUpkeep {
    return this.#parts.upkeep;
  }

  override async open(): Promise<void> {
    await probeConditions(this.bucket, this.#parts.keys);
    if (this.options.sweeps) this.#parts.sweeper.start();
  }

  override async close(): Promise<void> {
    await this.#parts.sweeper.close();
    await this.#parts.retention.close();
    await this.#parts.journal.idle();
    await this.bucket.close();
  }

  /** Resolves when nothing goes on in the background. */
  async idle(): Promise<void> {
    await this.#parts.sweeper.idle();
    await this.#parts.retention.idle();
    await this.#parts.journal.idle();
  }

  override head(name: FileName): Promise<Head | undefined> {
    return guarded(async () => (await this.#parts.heads.read(name))?.head);
  }

  override ensureHead(name: FileName): Promise<Head> {
    return guarded(async () => (await this.#parts.creator.ensure(name)).head);
  }

  override fence(name: FileName, token: number, shared: boolean): Promise<FenceResult> {
    return guarded(async () => {
      let before: Head | undefined;
      for (let tries = 0; tries < MAX_FENCE_TRIES; tries++) {
        const stored = await this.#parts.creator.ensure(name);
        const { head } = stored;
        const isTaken = shared && head.token === token;
        // Another reader moved the head since this one was granted, which shuts out the same older
        // heads; many at once need not take turns.
        if (isTaken && head.version === before?.version) return { outcome: 'fenced', head };
        if (head.token >= token && !isTaken) return { outcome: 'behind', token: head.token };
        const moved = await this.#move(stored, token);
        if (moved !== undefined) return { outcome: 'fenced', head: moved };
        before = head;
      }
      throw new FileStoreUnavailable(
        `"${name}" is changed by others all the time: try again`,
        false,
      );
    });
  }

  override fenceFrom(from: Head, token: number): Promise<MoveResult> {
    return guarded(async () => {
      const { creator } = this.#parts;
      const stored = await creator.ensure(from.name);
      if (stored.head.nonce !== from.nonce) return { outcome: 'moved', current: stored.head };
      const moved = await this.#move(stored, token);
      if (moved !== undefined) return { outcome: 'fenced', head: moved };
      return { outcome: 'moved', current: (await creator.ensure(from.name)).head };
    });
  }

  protected override async storeContent(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged> {
    const { shelf } = this.#parts;
    const record = await guarded(() => shelf.store(from, content, author, details));
    return new StagedVersion(from, record);
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
    const { head } = version.to;
    let current: Head | undefined;
    try {
      current = await guarded(() => this.#swapped(version));
    } catch (error) {
      version.isGivenAway = !(error instanceof FileStoreUnavailable) || error.outcomeUnknown;
      throw error;
    }
    if (current === undefined) {
      onSwapped?.(head);
      this.#followUp(version.stored);
      return { outcome: 'published', head };
    }
    // The head has moved past the only one it could be swapped from.
    version.isGivenAway = false;
    await this.discard(version);
    return { outcome: 'moved', current };
  }

  override async discard(staged: Staged): Promise<void> {
    const version = StagedVersion.of(staged);
    if (version.isGivenAway) return;
    const { id, name } = version.stored;
    try {
      await this.#parts.shelf.remove(name, id);
      if (!version.mayArriveAgain) await this.#parts.journal.strike(id);
    } catch (err) {
      this.log.warn('content.left', 'An unpublished content is left to the next sweep', { err });
    }
  }

  override openFile(name: FileName, version?: number): Promise<OpenFile | undefined> {
    return guarded(async () => {
      const stored = await this.#parts.heads.read(name);
      if (stored === undefined) return undefined;
      await this.failpoints.hit('open.head-read');
      const isCurrent = version === undefined || version === stored.head.version;
      const record = isCurrent ? stored.record : await this.#versionBehind(stored, version);
      if (record === undefined || record.deleted) return undefined;
      const key = this.#parts.keys.content(name, record.id);
      if (!isCurrent && !(await this.bucket.has(key))) return undefined;
      return new S3File(publicRecord(record), this.bucket, key);
    });
  }

  override stat(name: FileName, version?: number): Promise<VersionRecord | undefined> {
    return guarded(async () => {
      if (version !== undefined) return (await this.openFile(name, version))?.record;
      const record = (await this.#parts.heads.read(name))?.record;
      return record === undefined || record.deleted ? undefined : publicRecord(record);
    });
  }

  override history(name: FileName): Promise<readonly VersionRecord[]> {
    return guarded(async () => {
      const stored = await this.#parts.heads.read(name);
      if (stored === undefined) return [];
      const kept: VersionRecord[] = [];
      const nowMicros = this.clock.epochMicros();
      const endOf = this.options.keeping.walk();
      for await (const record of this.#parts.shelf.chain(stored)) {
        if (endOf(record) <= nowMicros) break;
        kept.push(publicRecord(record));
      }
      return kept;
    });
  }

  override published(name: FileName, requestId: string): Promise<number | undefined> {
    return guarded(async () => {
      const stored = await this.#parts.heads.read(name);
      if (stored === undefined) return undefined;
      // Bounds the work where the records behind are remembered, but were deleted long ago.
      let contents = this.options.keeping.versions + RECORDS_BEHIND;
      for await (const record of this.#parts.shelf.chain(stored)) {
        if (record.requestId === requestId) return record.version;
        if (!record.deleted && --contents === 0) return undefined;
      }
      return undefined;
    });
  }

  override list(query: ListQuery): Promise<FileListing> {
    return guarded(() => this.#parts.listing.list(query));
  }

  override forgetUnwritten(head: Head): Promise<void> {
    return guarded(() => this.#parts.creator.forget(head));
  }

  /** The same version under another token; undefined if `stored` was not the head any more. */
  async #move(stored: StoredHead, token: number): Promise<Head | undefined> {
    const to = movedBody(stored, token);
    await this.failpoints.hit('fence.before-swap');
    const { outcome } = await this.#parts.heads.swap(stored.head.name, stored.etag, to);
    await this.failpoints.hit('fence.after-swap');
    return outcome === 'swapped' ? to.head : undefined;
  }

  /** @returns the head that stands there instead, if the version is not and never will be published */
  async #swapped({ from, to, stored }: StagedVersion): Promise<Head | undefined> {
    const { name } = from;
    const etag = await this.#parts.heads.tagOf(from);
    await this.failpoints.hit('publish.before-swap');
    const result =
      etag === undefined
        ? ({ outcome: 'moved', seen: await this.#parts.heads.look(name) } as const)
        : await this.#parts.heads.swap(name, etag, to);
    await this.failpoints.hit('publish.after-swap');
    if (result.outcome === 'swapped' || (await this.#isPublished(stored, result.seen))) {
      return undefined;
    }
    const { seen } = result;
    return seen.kind === 'head' && !seen.stored.isPending ? seen.stored.head : firstHead(name);
  }

  /** Whether a version is in the chain of what stands there now. */
  async #isPublished(stored: StoredRecord, seen: Seen): Promise<boolean> {
    const { id, version } = stored;
    if (seen.kind !== 'head' || seen.stored.head.version < version) return false;
    try {
      for await (const record of this.#parts.shelf.chain(seen.stored)) {
        if (record.version <= version) return record.id === id;
      }
      // The chain was pruned down to a later version: with it this one, had it been in it.
      if (await this.#parts.shelf.hasRecord(stored)) return false;
    } catch (error) {
      throw error instanceof FileStoreUnavailable ? error : unavailable(error, true);
    }
    throw new FileStoreUnavailable(
      'others have written so often since that whether the change took place is unknown',
      true,
    );
  }

  /** The record of an older version, kept or not; undefined where it is gone. */
  async #versionBehind(stored: StoredHead, version: number): Promise<StoredRecord | undefined> {
    if (version > stored.head.version) return undefined;
    for await (const record of this.#parts.shelf.chain(stored)) {
      if (record.version <= version) return record.version === version ? record : undefined;
    }
    return undefined;
  }

  #followUp({ name, id, version }: StoredRecord): void {
    const { retention, journal } = this.#parts;
    if (this.options.keeping.mayHavePast(version) && retention.schedule(name, id)) return;
    journal.strikeLater(id);
  }
}
