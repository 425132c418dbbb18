import type { LockMode } from './held-lock.js';
import { toInteger, toRecord, toText } from './replies.js';
import type { RespValue } from './resp/values.js';

/** What the server knows about a file's current version. */
export interface FileStat {
  readonly name: string;
  readonly size: number;
  readonly version: number;
  /** Microseconds since the epoch, by the server's clock. */
  readonly modifiedMicros: number;
  /** Of the content; lower-case hex. */
  readonly sha256: string;
  /** `unknown`: the lock table could not be reached. */
  readonly locked: LockMode | 'free' | 'unknown' | (string & {});
}

/** One holder of one lock. */
export interface LockInfo {
  readonly name: string;
  readonly mode: LockMode | (string & {});
  readonly token: number;
  readonly session: string;
  /** How the holder calls itself; empty if it did not say. */
  readonly holder: string;
  readonly address: string;
  /** Milliseconds since the epoch, by the lock table's clock. */
  readonly sinceMs: number;
  /** What is left of the lease; 0 where it ran out and nobody took it since. */
  readonly remainingMs: number;
  /** How many wait for this file. */
  readonly waiting: number;
}

/** Fields that a newer server adds are ignored. */
export function toFileStat(value: RespValue): FileStat {
  const record = toRecord(value);
  return {
    name: toText(record.get('name')),
    size: toInteger(record.get('size')),
    version: toInteger(record.get('version')),
    modifiedMicros: toInteger(record.get('modified')),
    sha256: toText(record.get('sha256')),
    locked: toText(record.get('locked')),
  };
}

export function toLockInfo(value: RespValue): LockInfo {
  const record = toRecord(value);
  return {
    name: toText(record.get('name')),
    mode: toText(record.get('mode')),
    token: toInteger(record.get('token')),
    session: toText(record.get('session')),
    holder: toText(record.get('holder')),
    address: toText(record.get('address')),
    sinceMs: toInteger(record.get('since')),
    remainingMs: toInteger(record.get('remaining')),
    waiting: toInteger(record.get('waiting')),
  };
}
