import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** One side of a comparison. */
export interface Side {
  /** What stands in the header: a name, and what tells the versions apart. */
  readonly label: string;
  readonly detail: string;
  readonly content: Buffer;
}

export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'text'; readonly patch: string }
  | { readonly kind: 'binary' }
  /** So different that it takes too long to say how. */
  | { readonly kind: 'too-different' };

const CONTEXT_LINES = 3;

/** Working out differences takes the longer the more there are; nobody reads that many. */
const LONGEST_MS = 10_000;

/** Where a NUL is looked for: what has one there is no text, and what has none is read whole. */
const PROBED_BYTES = 8_192;

/** @param longestMs to work on it; it blocks everything else */
export function compare(from: Side, to: Side, longestMs = LONGEST_MS): Comparison {
  if (from.content.equals(to.content)) return { kind: 'same' };
  const before = decodeText(from.content);
  const after = decodeText(to.content);
  if (before === undefined || after === undefined) return { kind: 'binary' };
  const patch = createTwoFilesPatch(from.label, to.label, before, after, from.detail, to.detail, {
    context: CONTEXT_LINES,
    timeout: longestMs,
    headerOptions: FILE_HEADERS_ONLY,
  });
  return patch === undefined ? { kind: 'too-different' } : { kind: 'text', patch };
}

/** Undefined for what is no text in UTF-8. */
function decodeText(content: Buffer): string | undefined {
  if (content.subarray(0, PROBED_BYTES).includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}
