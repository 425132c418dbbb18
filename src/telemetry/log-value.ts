/** What one line of log may hold, so that no field makes it endless. */
const MAX_DEPTH = 5;
const MAX_ITEMS = 50;
const MAX_TEXT = 8_192;

type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** An error as it is logged. */
interface PlainError {
  readonly [key: string]: Plain;
}

/**
 * Makes something that JSON can hold of anything: errors keep what they say, bytes only their
 * number (contents are never logged), circles and depths end. Undefined where nothing is left.
 */
export function plain(value: unknown, depth = 0): Plain | undefined {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return short(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value !== 'object') return undefined;
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return plainError(value, depth);
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (Array.isArray(value)) return plainItems(value, depth);
  if (value instanceof Set) return plainItems([...value], depth);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return plain(value.toJSON(), depth + 1);
  }
  return plainEntries(value instanceof Map ? [...value] : Object.entries(value), depth);
}

function plainError(error: Error, depth: number): PlainError {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? plain(error.code, depth + 1) : undefined;
  const causedBy = cause === undefined ? undefined : plain(cause, depth + 1);
  // A connection that was tried on several addresses says what happened only there.
  const errors = error instanceof AggregateError ? plain(error.errors, depth + 1) : undefined;
  return {
    name,
    ...(code === undefined ? {} : { code }),
    message: short(message),
    ...(stack === undefined ? {} : { stack: short(stack) }),
    ...(causedBy === undefined ? {} : { cause: causedBy }),
    ...(errors === undefined ? {} : { errors }),
  };
}

function plainItems(items: readonly unknown[], depth: number): Plain {
  const shown = items.slice(0, MAX_ITEMS).map((item) => plain(item, depth + 1) ?? null);
  return items.length > MAX_ITEMS ? [...shown, `… ${items.length - MAX_ITEMS} more`] : shown;
}

function plainEntries(entries: readonly (readonly [unknown, unknown])[], depth: number): Plain {
  const shown: [string, Plain][] = [];
  for (const [key, value] of entries.slice(0, MAX_ITEMS)) {
    const item = plain(value, depth + 1);
    if (item !== undefined) shown.push([String(key), item]);
  }
  if (entries.length > MAX_ITEMS) shown.push(['…', `${entries.length - MAX_ITEMS} more`]);
  return Object.fromEntries(shown);
}

function short(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
