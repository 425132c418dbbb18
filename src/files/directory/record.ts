import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';
import { digestOf, isCount, parseObject } from '../json-fields.js';
import type { StoredRecord } from '../stored-record.js';
import { isDeletion, isRecordId } from './head-name.js';

const LINE_FEED = 0x0a;

/** The content lies in a file of its own, if there is one. */
const ALONE = 1;

/** The content follows the line of the record. */
const WITH_CONTENT = 2;

/** What is read from the file of a record. */
export interface Recorded {
  readonly record: StoredRecord;
  /** Of the record's own line. */
  readonly lineBytes: number;
  /** What follows it, where the content belongs there: all of it, or nothing once it was pruned. */
  readonly inside: Buffer | undefined;
}

/**
 * A record as it lies on the disk, with its content behind it if that is given. A disk gives back
 * changed bytes without a word, and a changed digit is another version or time: hence the digest.
 */
export function formatRecord(record: StoredRecord, content?: Buffer): Buffer {
  const fields = { format: content === undefined ? ALONE : WITH_CONTENT, ...record };
  const line = `${JSON.stringify({ ...fields, digest: digestOf(fields) })}\n`;
  if (content === undefined) return Buffer.from(line);
  // Memory of its own, for it may be kept for those who read it.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(line) + content.length);
  content.copy(bytes, bytes.write(line));
  return bytes;
}

/** Whether these bytes are those of a file that has a name, and nothing in it yet. */
export function isBlankRecord(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes[0] === 0;
}

/** @throws {FileStoreUnavailable} if the record is not what was written */
export function parseRecorded(id: ContentId, bytes: Buffer): Recorded {
  const lineBytes = bytes.indexOf(LINE_FEED) + 1;
  const { record, format } = parseRecord(id, bytes.toString('utf8', 0, lineBytes));
  return {
    record,
    lineBytes,
    inside: format === WITH_CONTENT ? bytes.subarray(lineBytes) : undefined,
  };
}

function parseRecord(id: ContentId, text: string): { record: StoredRecord; format: number } {
  const { digest, ...fields } = parseObject(text);
  const { format, name, version, size, sha256, modified, session, token } = fields;
  const { from, requestId, predecessor } = fields;
  // Those of earlier builds have none.
  const isChanged = digest !== undefined && digest !== digestOf(fields);
  if (
    isChanged ||
    (format !== ALONE && format !== WITH_CONTENT) ||
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
  const record: StoredRecord = {
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
  return { record, format };
}
