import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock/clock.js';
import { authorOnceRead } from '../content-source.js';
import { FileNameTaken, FileTooBig } from '../errors.js';
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
import type { ContentId, Head } from '../head.js';
import type { Keeping } from '../keeping.js';
import { namePattern } from '../name-pattern.js';
import { type StagingDetails, StagingFileStore } from '../staging-file-store.js';

interface Version {
  readonly record: VersionRecord;
  readonly bytes: Buffer;
}

interface StoredFile {
  head: Head;
  /** Newest first. */
  versions: readonly Version[];
}

class MemoryStaged implements Staged {
  /** The head it became. */
  published: Head | undefined;

  constructor(
    readonly from: Head,
    readonly record: VersionRecord,
    readonly bytes: Buffer,
  ) {}
}

/** Files that are gone with the process; for tests of everything above the store. */
export class MemoryFileStore extends StagingFileStore {
  readonly #files = new Map<FileName, StoredFile>();

  /**
   * @param maxFileBytes largest content
   */
  constructor(
    private readonly clock: Clock,
    private readonly maxFileBytes: number,
    private readonly keeping: Keeping,
  ) {
    super();
  }

  override async open(): Promise<void> {}

  override async close(): Promise<void> {}

  override async head(name: FileName): Promise<Head | undefined> {
    return this.#files.get(name)?.head;
  }

  override async ensureHead(name: FileName): Promise<Head> {
    return this.#ensure(name).head;
  }

  override async fence(name: FileName, token: number, shared: boolean): Promise<FenceResult> {
    const file = this.#ensure(name);
    const leads = file.head.token < token || (shared && file.head.token === token);
    if (!leads) return { outcome: 'behind', token: file.head.token };
    file.head = { ...file.head, token, nonce: fresh() };
    return { outcome: 'fenced', head: file.head };
  }

  override async fenceFrom(from: Head, token: number): Promise<MoveResult> {
    const file = this.#ensure(from.name);
    if (file.head.nonce !== from.nonce) return { outcome: 'moved', current: file.head };
    file.head = { ...from, token, nonce: fresh() };
    return { outcome: 'fenced', head: file.head };
  }

  protected override async storeContent(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    { requestId, ...details }: StagingDetails,
  ): Promise<Staged> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > this.maxFileBytes) throw new FileTooBig(this.maxFileBytes);
      chunks.push(chunk);
    }
    const known = await authorOnceRead(author, requestId);
    return this.#staged(from, Buffer.concat(chunks), false, known, details);
  }

  protected override async storeDeletion(
    from: Head,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged> {
    return this.#staged(from, Buffer.alloc(0), true, author, details);
  }

  override async publish(staged: Staged, onSwapped?: (head: Head) => void): Promise<PublishResult> {
    if (!(staged instanceof MemoryStaged)) {
      throw new TypeError('this version was staged by another store');
    }
    const { from, record, bytes } = staged;
    if (staged.published) return { outcome: 'published', head: staged.published };
    const file = this.#files.get(from.name);
    if (file?.head.nonce !== from.nonce) {
      return { outcome: 'moved', current: file?.head ?? firstHead(from.name) };
    }
    const id = fresh() as ContentId;
    file.head = {
      name: from.name,
      version: record.version,
      token: record.token,
      content: record.deleted ? undefined : id,
      record: id,
      nonce: fresh(),
    };
    file.versions = this.#kept([{ record, bytes }, ...file.versions]);
    staged.published = file.head;
    onSwapped?.(file.head);
    return { outcome: 'published', head: file.head };
  }

  override async discard(_staged: Staged): Promise<void> {}

  override async openFile(name: FileName, version?: number): Promise<OpenFile | undefined> {
    const file = this.#files.get(name);
    const wanted = version ?? file?.head.version;
    const found = file?.versions.find(({ record }) => record.version === wanted);
    return found === undefined || found.record.deleted ? undefined : openBytes(found);
  }

  override async stat(name: FileName, version?: number): Promise<VersionRecord | undefined> {
    const versions = this.#files.get(name)?.versions ?? [];
    const found = versions.find(({ record }) => record.version === (version ?? record.version));
    return found?.record.deleted ? undefined : found?.record;
  }

  override async history(name: FileName): Promise<readonly VersionRecord[]> {
    const records = this.#files.get(name)?.versions.map(({ record }) => record) ?? [];
    return this.keeping.kept(records, this.clock.epochMicros());
  }

  override async published(name: FileName, requestId: string): Promise<number | undefined> {
    const versions = this.#files.get(name)?.versions ?? [];
    return versions.find(({ record }) => record.requestId === requestId)?.record.version;
  }

  override async list(query: ListQuery): Promise<FileListing> {
    const matches = query.pattern === undefined ? () => true : namePattern(query.pattern);
    const names = [...this.#files.values()]
      .filter(({ head }) => head.content !== undefined || (query.deleted && head.version > 0))
      .map(({ head }) => head.name)
      .filter((name) => name > (query.after ?? '') && matches(name))
      .toSorted((a, b) => (a < b ? -1 : 1));
    const page = names.slice(0, query.count);
    return { names: page, next: names.length > page.length ? page.at(-1) : undefined };
  }

  override async forgetUnwritten(head: Head): Promise<void> {
    const isStill = this.#files.get(head.name)?.head.nonce === head.nonce;
    if (head.version === 0 && isStill) this.#files.delete(head.name);
  }

  #ensure(name: FileName): StoredFile {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    for (const other of this.#files.keys()) {
      if (other.startsWith(`${name}/`) || name.startsWith(`${other}/`)) {
        throw new FileNameTaken(name, other);
      }
    }
    const file = { head: firstHead(name), versions: [] };
    this.#files.set(name, file);
    return file;
  }

  #staged(
    from: Head,
    bytes: Buffer,
    deleted: boolean,
    { session, token, requestId }: Author,
    { version = from.version + 1, modified = this.clock.epochMicros() }: StagingDetails,
  ): Staged {
    const record: VersionRecord = {
      version,
      deleted,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      modified,
      session,
      token,
      ...(requestId === undefined ? {} : { requestId }),
    };
    return new MemoryStaged(from, record, bytes);
  }

  #kept(versions: readonly Version[]): readonly Version[] {
    const records = versions.map(({ record }) => record);
    return versions.slice(0, this.keeping.kept(records, this.clock.epochMicros()).length);
  }
}

function firstHead(name: FileName): Head {
  return { name, version: 0, token: 0, content: undefined, record: undefined, nonce: fresh() };
}

function openBytes({ record, bytes }: Version): OpenFile {
  return {
    record,
    async *read(offset, length) {
      if (length > 0 && offset < bytes.length)
        yield Buffer.from(bytes.subarray(offset, offset + length));
    },
    async [Symbol.asyncDispose]() {},
  };
}

function fresh(): string {
  return randomBytes(12).toString('hex');
}
