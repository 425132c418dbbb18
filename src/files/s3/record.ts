import { randomBytes } from 'node:crypto';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';
import { isCount, parseObject } from '../json-fields.js';
import type { StoredRecord } from '../stored-record.js';

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
  return recordOf(parseObject(bytes.toString('utf8'))) ?? damaged(key);
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

export function damaged(key: string): never {
  throw new FileStoreUnavailable(`the object ${key} is damaged: restore it from a backup`, false);
}
