import type { FileName } from '../file-name.js';

/** What every common file system takes for one entry. */
const MAX_ENTRY_BYTES = 255;

/** Ends an entry that holds only the beginning of a segment; encoded segments never contain it. */
const CONTINUED = '~';

/** Everything else is percent-encoded, so that no file system folds, normalises or trims it. */
const PLAIN = /^[a-z0-9_-]$/;

/** Segments that stay as they are, as most do: looking at each sign took longer than reading the head. */
const PLAIN_SEGMENT = /^(?!head\.)[a-z0-9_-](?:[a-z0-9_.-]{0,252}[a-z0-9_-])?$/;

/**
 * The folders, one inside the other, that lead to a name's head below `.candado/files`.
 *
 * A segment becomes lower-case ASCII: every byte outside `a-z 0-9 _ -` and inner dots is written
 * `%xx`. An encoded segment begins with neither a dot nor `head.`, so it is unlike everything else
 * that lies in these folders. A segment of up to 255 raw bytes may need more than 255 encoded: it
 * is then cut between characters into several nested folders, all but the last ending in `~`.
 */
export function encodeName(name: FileName | string): readonly string[] {
  return name.split('/').flatMap(encodeSegment);
}

function encodeSegment(segment: string): readonly string[] {
  if (PLAIN_SEGMENT.test(segment)) return [segment];
  const entries: string[] = [];
  const signs = [...segment];
  let entry = '';
  for (const [at, sign] of signs.entries()) {
    const encoded = encodeSign(sign, signs, at, entry === '');
    if (entry.length + encoded.length <= MAX_ENTRY_BYTES - CONTINUED.length) {
      entry += encoded;
      continue;
    }
    entries.push(entry + CONTINUED);
    entry = encodeSign(sign, signs, at, true);
  }
  entries.push(entry);
  return entries;
}

function encodeSign(
  sign: string,
  signs: readonly string[],
  at: number,
  isFirstOfEntry: boolean,
): string {
  const looksLikeHead = isFirstOfEntry && signs.slice(at, at + 5).join('') === 'head.';
  const isInnerDot = sign === '.' && !isFirstOfEntry && at < signs.length - 1;
  return !looksLikeHead && (PLAIN.test(sign) || isInnerDot) ? sign : percentEncode(sign);
}

function percentEncode(sign: string): string {
  return Buffer.from(sign, 'utf8')
    .toString('hex')
    .replace(/../g, (hex) => `%${hex}`);
}

export type DecodedEntry = { readonly text: string; readonly continued: boolean };

/** The segment, or its beginning, that a folder stands for; undefined for anything else. */
export function decodeEntry(entry: string): DecodedEntry | undefined {
  const continued = entry.endsWith(CONTINUED);
  const encoded = continued ? entry.slice(0, -CONTINUED.length) : entry;
  if (!/^(?:[a-z0-9_.-]|%[0-9a-f]{2})+$/.test(encoded) || isReserved(encoded)) return undefined;
  try {
    return { text: decodeURIComponent(encoded), continued };
  } catch {
    return undefined;
  }
}

function isReserved(entry: string): boolean {
  return entry.startsWith('.') || entry.startsWith('head.');
}

/** Whether this entry is the beginning of a segment only, and so can never be a file. */
export function isContinued(entry: string): boolean {
  return entry.endsWith(CONTINUED);
}
