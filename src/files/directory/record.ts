import { createHash } from 'node:crypto';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { VersionRecord } from '../file-store.js';
import type { ContentId } from '../head.js';
import { isDeletion, isRecordId } from './head-name.js';

/** A version's record as it lies beside its content: written before the swap, never changed. */
export interface StoredRecord extends VersionRecord {
  readonly id: ContentId;
  readonly name: FileName;
  /** The record of the version before; absent for the first. History is this chain. */
  readonly predecessor: ContentId | undefined;
  /** The nonce of the only head this version can be swapped from. */
  readonly from: string;
}

/** Enough against damage; it is not meant against malice. */
const DIGEST_DIGITS = 16;

/** A disk gives back changed bytes without a word, and a changed digit is another version or time. */
export function formatRecord(record: StoredRecord): string {
  const fields = { format: 1, ...record };
  return `${JSON.stringify({ ...fields, digest: digestOf(fields) })}\n`;
}

/** @throws {FileStoreUnavailable} if it is not what was written */
export function parseRecord(id: ContentId, text: string): StoredRecord {
  const { digest, ...fields } = parseObject(text);
  const { name, version, size, sha256, modified, session, token, from, requestId, predecessor } =
    fields;
  // Those of earlier builds have none.
  const isChanged = digest !== undefined && digest !== digestOf(fields);
  if (
    isChanged ||
    fields['format'] !== 1 ||
    fields['id'] !== id ||
    typeof name !== 'string' ||
    typeof sha256 !== 'string' ||
    typeof session !== 'string' ||
    typeof from !== 'string' ||
    !isCount(version) ||
    !isCount(size) ||
    !isCount(token) ||
    !isCount(modified)
  ) {
    throw new FileStoreUnavailable(
      `the record ${id} is damaged: restore .candado/contents from a backup`,
      false,
    );
  }
  return {
    id,
    name: name as FileName,
    version,
    deleted: isDeletion(id),
    size,
    sha256,
    modified,
    session,
    token,
    from,
    predecessor:
      typeof predecessor === 'string' && isRecordId(predecessor) ? predecessor : undefined,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

/** What callers outside the store may see of it. */
export function publicRecord(record: StoredRecord): VersionRecord {
  const { id: _id, name: _name, predecessor: _predecessor, from: _from, ...rest } = record;
  return rest;
}

function digestOf(fields: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, DIGEST_DIGITS);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
