import { type FileName, parseFileName } from '../file-name.js';
import type { VersionRecord } from '../file-store.js';
import { digestOf, isCount, parseObject } from '../json-fields.js';

/**
 * The pax keyword under which an entry has its record: that of an extended attribute, because GNU tar
 * warns of every keyword that it does not know. With `tar --xattrs` the record comes out, too.
 */
export const RECORD_KEYWORD = 'SCHILY.xattr.user.candado';

/** Tells a whole archive from one that was cut off between two entries. */
export const LAST_ENTRY = 'candado-export.json';

/** One version as an archive has it. */
export interface ArchivedVersion {
  readonly name: FileName;
  readonly record: VersionRecord;
  /**
   * With the newest version of a file whose head has a higher token than its record, because it was
   * locked since: that token, below which no store may grant another one.
   */
  readonly fence?: number;
}

/** Where the newest content of each file lies in an archive. */
const CURRENT = 'files';

/** Where all other versions lie, deletions too. */
const HISTORY = 'history';

export function entryPath({ name, record }: ArchivedVersion, isNewest: boolean): string {
  return isNewest && !record.deleted
    ? `${CURRENT}/${name}`
    : `${HISTORY}/${name}/${record.version}`;
}

/** Tar checks none of it, hence the digest: a changed digit would be another token or time. */
export function formatArchived({ name, record, fence }: ArchivedVersion): string {
  const fields = { name, ...record, fence };
  return JSON.stringify({ ...fields, digest: digestOf(fields) });
}

/** Undefined for what no export wrote. */
export function parseArchived(text: string): ArchivedVersion | undefined {
  const { digest, ...fields } = parseObject(text);
  if (digest !== digestOf(fields)) return undefined;
  const { name, version, deleted, size, sha256, modified, session, token, requestId, fence } =
    fields;
  const parsed = parseFileName(Buffer.from(typeof name === 'string' ? name : ''));
  if (
    !parsed.ok ||
    typeof deleted !== 'boolean' ||
    typeof sha256 !== 'string' ||
    typeof session !== 'string' ||
    !isCount(version) ||
    version === 0 ||
    !isCount(size) ||
    !isCount(modified) ||
    !isCount(token)
  ) {
    return undefined;
  }
  const record = { version, deleted, size, sha256, modified, session, token };
  return {
    name: parsed.name,
    record: typeof requestId === 'string' ? { ...record, requestId } : record,
    ...(isCount(fence) ? { fence } : {}),
  };
}
