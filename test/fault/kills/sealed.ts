import { createHash, randomBytes } from 'node:crypto';

/** A content that tells by itself whose it is, and whether it is whole. */
export interface Sealed {
  readonly bytes: Buffer;
  /** Lower-case hex, of all of it. */
  readonly sha256: string;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @param size of its body in bytes */
export function seal(name: string, size: number): Sealed {
  const body = randomBytes(size);
  const bytes = Buffer.concat([Buffer.from(`${name}\n${sha256Of(body)}\n`), body]);
  return { bytes, sha256: sha256Of(bytes) };
}

/** What is wrong with a content that should be one of `name`; undefined if it is whole. */
export function brokenSeal(name: string, bytes: Buffer): string | undefined {
  const nameEnd = bytes.indexOf('\n');
  const sumEnd = bytes.indexOf('\n', nameEnd + 1);
  if (nameEnd < 0 || sumEnd < 0) return `${bytes.length} bytes without a seal`;
  const owner = bytes.subarray(0, nameEnd).toString();
  if (owner !== name) return `a content of "${owner}"`;
  const sum = bytes.subarray(nameEnd + 1, sumEnd).toString();
  return sum === sha256Of(bytes.subarray(sumEnd + 1)) ? undefined : 'a torn or mixed content';
}
