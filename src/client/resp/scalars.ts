import { ProtocolError } from '../errors.js';
import { ErrorReply, type RespValue } from './values.js';

/** A length or count; -1 is RESP2's null. */
export function parseCount(line: string): number {
  if (line === '-1') return -1;
  if (!/^\d{1,15}$/.test(line)) throw new ProtocolError(`${quote(line)} is no length`);
  return Number(line);
}

/** A value that is whole in one line. */
export function decodeScalar(type: string, line: string): RespValue {
  switch (type) {
    case '+':
      return line;
    case '-':
      return ErrorReply.parse(line);
    case ':':
      return parseInteger(line);
    case '_':
      return null;
    case '#':
      return parseBoolean(line);
    case ',':
      return parseDouble(line);
    case '(':
      if (!/^[+-]?\d+$/.test(line)) throw new ProtocolError(`${quote(line)} is no big number`);
      return BigInt(line);
    default:
      throw new ProtocolError(`${quote(type)} begins no reply`);
  }
}

function parseInteger(line: string): number | bigint {
  if (!/^[+-]?\d{1,19}$/.test(line)) throw new ProtocolError(`${quote(line)} is no integer`);
  const value = Number(line);
  if (!Number.isSafeInteger(value)) return BigInt(line);
  // "-0" must not become the other zero.
  return value === 0 ? 0 : value;
}

function parseBoolean(line: string): boolean {
  if (line !== 't' && line !== 'f') throw new ProtocolError(`${quote(line)} is no boolean`);
  return line === 't';
}

function parseDouble(line: string): number {
  if (line === 'inf') return Number.POSITIVE_INFINITY;
  if (line === '-inf') return Number.NEGATIVE_INFINITY;
  if (line === 'nan') return Number.NaN;
  const value = Number(line);
  if (line.trim() === '' || Number.isNaN(value)) {
    throw new ProtocolError(`${quote(line)} is no number`);
  }
  return value;
}

/** Enough of a stranger's bytes to recognise them, and no more. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
