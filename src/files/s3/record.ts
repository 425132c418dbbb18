import { randomBytes } from 'node:crypto';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { VersionRecord } from '../file-store.js';
import type { ContentId } from '../head.js';

/** A version's record as it lies in the bucket: written before the swap, never changed. */
export interface StoredRecord extends VersionRecord {
  /** Under which its content lies, too, unless it is a deletion. */
  readonly id: ContentId;
  readonly name: FileName;
  /** The record of the version before; absent for the first. History is this chain. */
  readonly predecessor: ContentId | undefined;
  /** The nonce of the only head this version can be swapped from. */
  readonly from: string;
}

/** Random, so never used twice. */
export function freshRecordId(): ContentId {
  return randomBytes(16).toString('hex') as ContentId;
}

export function freshNonce(): string {
  return randomBytes(12).toString('hex');
}

export function formatRecord(record: StoredRecord): Buffer {
  return Buffer.from(`${JSON.stringify({ format: 1, ...record })}\n`);
}

/** @throws {FileStoreUnavailable} if it is not what was written */
export function parseRecord(key: string, bytes: Buffer): StoredRecord {
  return recordOf(parseObject(bytes)) ?? damaged(key);
}

/** The record that these fields make; undefined if they do not. */
export function recordOf(fields: Readonly<Record<string, unknown>>): StoredRecord | undefined {
  const { id, name, version, deleted, size, sha256, modified, session, token, from } = fields;
  const { requestId, predecessor } = fields;
  if (
    fields['format'] !== 1 ||
    typeof id !== 'string' ||
    typeof name !== 'string' ||
    typeof deleted !== 'boolean' ||
    typeof sha256 !== 'string' ||
    typeof session !== 'string' ||
    typeof from !== 'string' ||
    !isCount(version) ||
    !isCount(size) ||
    !isCount(token) ||
    !isCount(modified)
  ) {
    return undefined;
  }
  return {
    id: id as ContentId,
    name: name as FileName,
    version,
    deleted,
    size,
    sha256,
    modified,
    session,
    token,
    from,
    predecessor: typeof predecessor === 'string' ? (predecessor as ContentId) : undefined,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

/** What callers outside the store may see of it. */
export function publicRecord(record: StoredRecord): VersionRecord {
  const { id: _id, name: _name, predecessor: _predecessor, from: _from, ...rest } = record;
  return rest;
}

export function damaged(key: string): never {
  throw new FileStoreUnavailable(`the object ${key} is damaged: restore it from a backup`, false);
}

/** The object that the text of `bytes` is in JSON; an empty one if it is none. */
export function parseObject(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
