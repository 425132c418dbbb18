import { randomUUID } from 'node:crypto';
import type { FileName } from '../file-name.js';
import type { ContentId, Head } from '../head.js';

/**
 * `head.<version>.<token>.<record>.<nonce>`; the record of a content begins with `c`, that of a
 * deletion with `d`, so that the name alone tells whether there is a content.
 */
const HEAD_NAME =
  /^head\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(-|[cd][0-9a-f]{32})\.([0-9a-f]{24})$/;

const RECORD_ID = /^[cd][0-9a-f]{32}$/;

/** 96 random bits. Of a UUID, for which Node.js keeps random bytes ready: asking for so few takes longer. */
export function freshNonce(): string {
  const [first = '', second = '', , , last = ''] = randomUUID().split('-');
  return first + second + last;
}

/** Random, so never used twice; begins with random digits, by which records are spread. */
export function freshRecordId(kind: 'content' | 'deletion'): ContentId {
  return `${kind === 'content' ? 'c' : 'd'}${randomUUID().replaceAll('-', '')}` as ContentId;
}

export function isRecordId(text: string): text is ContentId {
  return RECORD_ID.test(text);
}

export function isDeletion(record: ContentId): boolean {
  return record.startsWith('d');
}

export function formatHead(head: Head): string {
  return `head.${head.version}.${head.token}.${head.record ?? '-'}.${head.nonce}`;
}

/** The head whose name this is; undefined for any other entry. */
export function parseHead(name: FileName, entry: string): Head | undefined {
  const match = HEAD_NAME.exec(entry);
  if (match === null) return undefined;
  const [, version = '', token = '', id = '-', nonce = ''] = match;
  const record = id === '-' ? undefined : (id as ContentId);
  return {
    name,
    version: Number(version),
    token: Number(token),
    record,
    content: record === undefined || isDeletion(record) ? undefined : record,
    nonce,
  };
}

/** A head of the same version and record under another token, and so with another nonce. */
export function withToken(head: Head, token: number): Head {
  return { ...head, token, nonce: freshNonce() };
}

export function firstHead(name: FileName): Head {
  return {
    name,
    version: 0,
    token: 0,
    record: undefined,
    content: undefined,
    nonce: freshNonce(),
  };
}
