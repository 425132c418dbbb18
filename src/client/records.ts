import type { LockMode } from './held-lock.js';
import { toArray, toInteger, toRecord, toText } from './replies.js';
import type { RespValue } from './resp/values.js';

/** What the server knows about one version of a file. */
export interface FileStat {
  readonly name: string;
  readonly size: number;
  readonly version: number;
  /** Microseconds since the epoch, by the server's clock. */
  readonly modifiedMicros: number;
  /** Of the content; lower-case hex. */
  readonly sha256: string;
  /** Of the file, whichever version it is. `unknown`: the lock table could not be reached. */
  readonly locked: LockMode | 'free' | 'unknown' | (string & {});
  /** Whose session published it; empty if that is not known. */
  readonly session: string;
  /** The fencing token it was published under; 0 if that is not known. */
  readonly token: number;
}

/** One kept version of a file. */
export interface FileVersion {
  readonly version: number;
  /** In bytes; 0 for a deletion. */
  readonly size: number;
  /** Lower-case hex; empty for a deletion. */
  readonly sha256: string;
  /** Microseconds since the epoch, by the server's clock. */
  readonly modifiedMicros: number;
  /** Whose session published it; empty if that is not known. */
  readonly session: string;
  /** The fencing token it was published under. */
  readonly token: number;
  /** Whether it says that there is no content any more. */
  readonly deleted: boolean;
}

/** One that waits for a lock. */
export interface LockWaiter {
  readonly session: string;
  readonly mode: LockMode | (string & {});
  /** How it calls itself; empty if it did not say. */
  readonly holder: string;
  readonly address: string;
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
  /** What the holder told about this lock; empty if nothing. */
  readonly note: string;
  /** For how long it is held, in milliseconds. By the clock here where the server does not tell. */
  readonly ageMs: number;
  /** The first of those that wait, in order; empty where the server does not tell. */
  readonly queue: readonly LockWaiter[];
}

/** A lock that a resumed session still has. */
export interface ResumedLock {
  readonly name: string;
  readonly token: number;
}

/** Fields that a newer server adds are ignored, and an older one may have fewer. */
export function toFileStat(value: RespValue): FileStat {
  const record = toRecord(value);
  return {
    name: toText(record.get('name')),
    size: toInteger(record.get('size')),
    version: toInteger(record.get('version')),
    modifiedMicros: toInteger(record.get('modified')),
    sha256: toText(record.get('sha256')),
    locked: toText(record.get('locked')),
    session: toText(record.get('session') ?? ''),
    token: toInteger(record.get('token') ?? 0),
  };
}

export function toFileVersion(value: RespValue): FileVersion {
  const record = toRecord(value);
  return {
    version: toInteger(record.get('version')),
    size: toInteger(record.get('size')),
    sha256: toText(record.get('sha256')),
    modifiedMicros: toInteger(record.get('modified')),
    session: toText(record.get('session')),
    token: toInteger(record.get('token')),
    deleted: toInteger(record.get('deleted')) === 1,
  };
}

/** While replicas are being replaced one may still be older than this client. */
export function toLockInfo(value: RespValue): LockInfo {
  const record = toRecord(value);
  const sinceMs = toInteger(record.get('since'));
  return {
    name: toText(record.get('name')),
    mode: toText(record.get('mode')),
    token: toInteger(record.get('token')),
    session: toText(record.get('session')),
    holder: toText(record.get('holder')),
    address: toText(record.get('address')),
    sinceMs,
    remainingMs: toInteger(record.get('remaining')),
    waiting: toInteger(record.get('waiting')),
    note: toText(record.get('note') ?? ''),
    ageMs: toInteger(record.get('age') ?? Math.max(0, Date.now() - sinceMs)),
    queue: toArray(record.get('queue') ?? []).map(toLockWaiter),
  };
}

export function toResumedLock(value: RespValue): ResumedLock {
  const record = toRecord(value);
  return { name: toText(record.get('name')), token: toInteger(record.get('token')) };
}

function toLockWaiter(value: RespValue): LockWaiter {
  const record = toRecord(value);
  return {
    session: toText(record.get('session')),
    mode: toText(record.get('mode')),
    holder: toText(record.get('holder')),
    address: toText(record.get('address')),
  };
}
