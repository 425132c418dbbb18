import { ProtocolError } from './errors.js';
import type { RespValue } from './resp/values.js';

/** The shapes that answers are expected to have; anything else is a {@link ProtocolError}. */

export function toInteger(value: RespValue | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw unexpected('a whole number', value);
}

export function toIntegerOrNull(value: RespValue): number | null {
  return value === null ? null : toInteger(value);
}

export function toIntegers<const N extends number>(
  value: RespValue,
  count: N,
): number[] & { length: N } {
  const items = toArray(value);
  if (items.length !== count) throw unexpected(`${count} whole numbers`, value);
  return items.map(toInteger) as number[] & { length: N };
}

export function toText(value: RespValue | undefined): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  throw unexpected('a text', value);
}

export function toArray(value: RespValue | undefined): readonly RespValue[] {
  if (Array.isArray(value)) return value;
  throw unexpected('an array', value);
}

/** A record: a map in RESP3, a flat array of fields and values in RESP2. */
export function toRecord(value: RespValue | undefined): ReadonlyMap<string, RespValue> {
  if (value instanceof Map) return value;
  const items = toArray(value);
  const record = new Map<string, RespValue>();
  for (let at = 0; at < items.length; at += 2) {
    record.set(toText(items[at]), items[at + 1] ?? null);
  }
  return record;
}

function unexpected(wanted: string, value: RespValue | undefined): ProtocolError {
  const found = Array.isArray(value) ? `an array of ${value.length}` : typeof value;
  return new ProtocolError(`the answer should have been ${wanted}, and was ${found}`);
}
