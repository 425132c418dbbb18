import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';
import { digestOf, isCount, parseObject } from '../json-fields.js';
import type { StoredRecord } from '../stored-record.js';
import { isDeletion, isRecordId } from './head-name.js';

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
