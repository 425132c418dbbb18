declare const fileNameBrand: unique symbol;

/** A valid name of a file: a relative path of UTF-8 segments joined by `/`. */
export type FileName = string & { readonly [fileNameBrand]: true };

/** Longest name in bytes of UTF-8; keeps the path below common limits of 4096 bytes on disk. */
export const MAX_NAME_BYTES = 1024;

/** Longest segment in bytes of UTF-8: what every common file system can store. */
export const MAX_SEGMENT_BYTES = 255;

/**
 * Most segments of a name. Every segment is a folder, and what looks at a name looks at each folder
 * above it; a listing does so for each folder.
 */
export const MAX_NAME_SEGMENTS = 32;

export type NameResult =
  | { readonly ok: true; readonly name: FileName }
  | { readonly ok: false; readonly problem: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Checks a name as it came from a client. A refusal's `problem` is a sentence for that client.
 * Braces are refused because lock keys of one file share a Redis hash tag made of the name.
 */
export function parseFileName(raw: Uint8Array | string): NameResult {
  const bytes = typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
  if (bytes.length === 0) return refuse('a name must not be empty');
  if (bytes.length > MAX_NAME_BYTES) return refuse(`a name has at most ${MAX_NAME_BYTES} bytes`);
  const text = decode(bytes);
  if (text === undefined) return refuse('a name must be valid UTF-8');
  if (text.startsWith('/')) return refuse('a name is relative: it must not start with "/"');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) {
    return refuse('a name must hold no control character and no line break');
  }
  if (/[\\{}]/.test(text)) return refuse('a name must hold no backslash and no brace');
  const segments = text.split('/');
  if (segments.length > MAX_NAME_SEGMENTS) {
    return refuse(`a name has at most ${MAX_NAME_SEGMENTS} parts between slashes`);
  }
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) return refuse(problem);
  }
  return { ok: true, name: text as FileName };
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'a name must have no empty part between slashes';
  if (segment === '.' || segment === '..') return 'a name must not contain "." or ".." as a part';
  if (segment.toLowerCase() === '.candado')
    return '".candado" is where the store keeps its own files';
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
    return `each part of a name has at most ${MAX_SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function refuse(problem: string): NameResult {
  return { ok: false, problem };
}
