import type { FileName } from '../file-name.js';
import type { Head } from '../head.js';
import { isCount, isObject, parseObject } from '../json-fields.js';
import type { StoredRecord } from '../stored-record.js';
import { damaged, freshNonce, recordOf } from './record.js';

/** What a head object says. */
export interface HeadBody {
  readonly head: Head;
  /** Of the head's version, so that nobody needs to ask for it; absent for version 0. */
  readonly record: StoredRecord | undefined;
  /** Being created: whether the name is free has still to be seen. Counts as no head. */
  readonly isPending: boolean;
}

/** A head that was removed leaves an object of no bytes: no condition can guard a removal. */
export const FORGOTTEN = Buffer.alloc(0);

/**
 * A head with a content is an odd number of bytes long, others an even number: so a listing, which
 * tells sizes, tells them apart without a look into each.
 */
export function formatHead({ head, record, isPending }: HeadBody): Buffer {
  const { version, token, nonce, name, content } = head;
  const fields = { format: 1, name, version, token, nonce, pending: isPending, record };
  const text = JSON.stringify({ ...fields, record: record && { format: 1, ...record } });
  const isOdd = Buffer.byteLength(text) % 2 === 1;
  const shouldBeOdd = content !== undefined;
  return Buffer.from(isOdd === shouldBeOdd ? text : `${text}\n`);
}

/** Whether the head that is so many bytes long has a content. */
export function tellsContent(size: number): boolean {
  return size % 2 === 1;
}

/** @throws {FileStoreUnavailable} if it is not what was written */
export function parseHead(name: FileName, key: string, bytes: Buffer): HeadBody {
  const {
    format,
    version,
    token,
    nonce,
    pending,
    record: fields,
    ...rest
  } = parseObject(bytes.toString('utf8'));
  const record = isObject(fields) ? recordOf({ ...fields }) : undefined;
  if (
    format !== 1 ||
    rest['name'] !== name ||
    typeof nonce !== 'string' ||
    !isCount(version) ||
    !isCount(token) ||
    version > 0 !== (record !== undefined)
  ) {
    return damaged(key);
  }
  return { ...bodyOf(name, version, token, nonce, record), isPending: pending === true };
}

/** The first head of a name, not yet known to be free. */
export function pendingBody(name: FileName): HeadBody {
  return { ...bodyOf(name, 0, 0, freshNonce(), undefined), isPending: true };
}

/** The same version under another token, and so with another nonce. */
export function movedBody({ head, record }: HeadBody, token: number): HeadBody {
  return bodyOf(head.name, head.version, token, freshNonce(), record);
}

/** The head that publishes a version. */
export function publishedBody(record: StoredRecord): HeadBody {
  return bodyOf(record.name, record.version, record.token, freshNonce(), record);
}

export function firstHead(name: FileName): Head {
  return pendingBody(name).head;
}

function bodyOf(
  name: FileName,
  version: number,
  token: number,
  nonce: string,
  record: StoredRecord | undefined,
): HeadBody {
  const content = record === undefined || record.deleted ? undefined : record.id;
  return {
    head: { name, version, token, content, record: record?.id, nonce },
    record,
    isPending: false,
  };
}
