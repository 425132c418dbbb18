import { SourceFailed } from './content-source.js';
import { ContentDiffers } from './errors.js';
import {
  type Author,
  FileStore,
  type RequestIdSource,
  type Staged,
  type VersionRecord,
} from './file-store.js';
import type { Head } from './head.js';

/** What a record may say otherwise than by default. */
export interface StagingDetails {
  /** One above that of the head if absent. */
  readonly version?: number;
  /** Microseconds since the epoch; now if absent. */
  readonly modified?: number;
  /** In place of the author's own; asked once the content has been read. */
  readonly requestId?: RequestIdSource;
}

/** What all stores check before they stage a version, and after it. */
export abstract class StagingFileStore extends FileStore {
  override async stage(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    requestId?: RequestIdSource,
  ): Promise<Staged> {
    const details = requestId === undefined ? {} : { requestId };
    return await this.#stageContent(from, content, author, details);
  }

  override async stageCopy(
    from: Head,
    record: VersionRecord,
    content: AsyncIterable<Buffer>,
  ): Promise<Staged> {
    const { version, modified, deleted, sha256 } = record;
    const details = { version, modified };
    if (deleted) return await this.#stageDeletion(from, record, details);
    const staged = await this.#stageContent(from, content, record, details);
    if (staged.record.sha256 === sha256) return staged;
    await this.discard(staged);
    throw new ContentDiffers(sha256, staged.record.sha256);
  }

  override async stageDeletion(from: Head, author: Author): Promise<Staged> {
    return await this.#stageDeletion(from, author, {});
  }

  /** @throws {SourceFailed} with the error of who gives the content, or tells the request's id */
  protected abstract storeContent(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged>;

  protected abstract storeDeletion(
    from: Head,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged>;

  async #stageContent(
    from: Head,
    content: AsyncIterable<Buffer>,
    author: Author,
    details: StagingDetails,
  ): Promise<Staged> {
    checkToken(from, author);
    try {
      return await this.storeContent(from, content, author, details);
    } catch (error) {
      throw SourceFailed.unwrap(error);
    }
  }

  async #stageDeletion(from: Head, author: Author, details: StagingDetails): Promise<Staged> {
    checkToken(from, author);
    return await this.storeDeletion(from, author, details);
  }
}

/** A head's token only ever rises; a lower one here is a mistake of the caller. */
function checkToken(from: Head, { token }: Author): void {
  if (token < from.token) {
    throw new RangeError(`token ${token} is below ${from.token}, the head's own`);
  }
}
