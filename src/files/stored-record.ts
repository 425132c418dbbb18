import { createHash } from 'node:crypto';
import type { FileName } from './file-name.js';
import type { Author, VersionRecord } from './file-store.js';
import type { ContentId, Head } from './head.js';

/** A version's record as a store keeps it: written before the swap, never changed. */
export interface StoredRecord extends VersionRecord {
  /** Under which its content lies, too, unless it is a deletion. */
  readonly id: ContentId;
  readonly name: FileName;
  /** The record of the version before; absent for the first. History is this chain. */
  readonly predecessor: ContentId | undefined;
  /** The nonce of the only head this version can be swapped from. */
  readonly from: string;
}

/** What is known of a content once it was read. */
export interface ContentSum {
  readonly size: number;
  readonly sha256: string;
}

/** Of a deletion. */
export const NO_CONTENT: ContentSum = { size: 0, sha256: createHash('sha256').digest('hex') };

/** What makes a version out of a head and a content. */
export interface NewVersion {
  readonly id: ContentId;
  readonly from: Head;
  readonly author: Author;
  readonly content: ContentSum;
  /** One above that of the head if absent. */
  readonly version?: number | undefined;
  /** Microseconds since the epoch. */
  readonly modified: number;
}

export function storedRecord(wish: NewVersion): StoredRecord {
  const { id, from, author, content, version = from.version + 1, modified } = wish;
  return {
    id,
    name: from.name,
    version,
    deleted: content === NO_CONTENT,
    size: content.size,
    sha256: content.sha256,
    modified,
    session: author.session,
    token: author.token,
    predecessor: from.record,
    from: from.nonce,
    ...(author.requestId === undefined ? {} : { requestId: author.requestId }),
  };
}

/** What callers outside the store may see of it. */
export function publicRecord(record: StoredRecord): VersionRecord {
  const { id: _id, name: _name, predecessor: _predecessor, from: _from, ...rest } = record;
  return rest;
}
