import { createHash } from 'node:crypto';

/** Enough against damage; it is not meant against malice. */
const DIGEST_DIGITS = 16;

/** The object that a JSON text is; an empty one if it is none. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Tells fields, in their order, from those of which any sign was changed. */
export function digestOf(fields: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, DIGEST_DIGITS);
}
