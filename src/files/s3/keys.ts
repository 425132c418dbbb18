import { createHash } from 'node:crypto';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { ContentId } from '../head.js';

/** The longest key of the S3 protocol, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/** So many signs fit into a key, each of up to four bytes. */
const MAX_START_SIGNS = 200;

const SURROGATES_END = 0xe000;
const ASTRAL_START = 0x10000;
const LAST = 0x10ffff;

/**
 * Under which keys a store keeps what it has below its prefix:
 * - `heads/<name>`: one for each name;
 * - `contents/<hash of the name>/<id>` and `records/<hash of the name>/<id>`: names may be as long
 *   as keys, so that a name and an id might not fit into one;
 * - `journal/<id>`: versions that may need cleaning;
 * - `audit/…` and `probe/…`.
 */
export class Keys {
  readonly heads: string;
  readonly journal: string;
  readonly contents: string;
  readonly records: string;

  constructor(readonly prefix: string) {
    this.heads = `${prefix}heads/`;
    this.journal = `${prefix}journal/`;
    this.contents = `${prefix}contents/`;
    this.records = `${prefix}records/`;
  }

  /** @throws {FileStoreUnavailable} if no key can be that long */
  head(name: FileName): string {
    const key = `${this.heads}${ordered(name)}`;
    if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return key;
    throw new FileStoreUnavailable(
      `the name is too long for an S3 key of ${MAX_KEY_BYTES} bytes: choose a shorter one`,
      false,
    );
  }

  nameOf(headKey: string): FileName {
    return inOrder(headKey.slice(this.heads.length)) as FileName;
  }

  /** Where a listing of heads starts that misses no name behind `text`, however long that is. */
  before(text: string): string {
    return `${this.heads}${ordered(Array.from(text).slice(0, MAX_START_SIGNS).join(''))}`;
  }

  content(name: FileName, id: ContentId): string {
    return `${this.contentsOf(name)}${id}`;
  }

  /** What the keys of all contents of a file begin with. */
  contentsOf(name: FileName): string {
    return `${this.contents}${hashOf(name)}/`;
  }

  record(name: FileName, id: ContentId): string {
    return `${this.records}${hashOf(name)}/${id}`;
  }

  journalEntry(id: ContentId): string {
    return `${this.journal}${id}`;
  }

  audit(entry: string): string {
    return `${this.prefix}audit/${entry}`;
  }

  probe(nonce: string): string {
    return `${this.prefix}probe/${nonce}`;
  }
}

/**
 * The text with code points exchanged so that the order of keys, which is that of their bytes, is
 * the order of names, which is that of their UTF-16 code units: these put what lies behind U+FFFF
 * before U+E000.
 */
export function ordered(text: string): string {
  return exchanged(text, ASTRAL_START, SURROGATES_END - ASTRAL_START);
}

/** The text that {@link ordered} made this of. */
export function inOrder(key: string): string {
  const firstBmp = LAST + 1 - (ASTRAL_START - SURROGATES_END);
  return exchanged(key, firstBmp, SURROGATES_END - firstBmp);
}

/** Rotates the code points from U+E000 on by `shift`, the first that is not wrapped being `pivot`. */
function exchanged(text: string, pivot: number, shift: number): string {
  if (!/[\u{d800}-\u{10ffff}]/u.test(text)) return text;
  const size = LAST + 1 - SURROGATES_END;
  return Array.from(text, (sign) => {
    const point = sign.codePointAt(0) ?? 0;
    if (point < SURROGATES_END) return sign;
    return String.fromCodePoint(point >= pivot ? point + shift : point + shift + size);
  }).join('');
}

function hashOf(name: FileName): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 40);
}
