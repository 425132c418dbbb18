import type { LockMode } from '../../src/client/index.js';
import type { FaultKind } from './plan/fault.js';

/** All times are milliseconds of one monotonic clock, that of the process that all clients are in. */
export interface Granted {
  readonly kind: 'granted';
  readonly client: string;
  readonly name: string;
  readonly mode: LockMode;
  readonly token: number;
  readonly askedMs: number;
  readonly atMs: number;
  /** When it was told that it waits; undefined where it was not. */
  readonly queuedMs: number | undefined;
  /** The replica that its connection went to; undefined where it did not stay the same one. */
  readonly replica: number | undefined;
}

export interface Put {
  readonly kind: 'put';
  readonly client: string;
  readonly name: string;
  readonly token: number;
  readonly requestId: string;
  /** What was written: one more than what was read under the lock. */
  readonly value: number;
  readonly sentMs: number;
  readonly atMs: number;
  /** Refused: it must not have taken place. Unknown: it may have, once. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  /** Of what was acknowledged. */
  readonly version: number | undefined;
  readonly code: string;
}

/** Without a lock, on whichever replica. */
export interface Read {
  readonly kind: 'read';
  readonly client: string;
  readonly name: string;
  readonly value: number;
  readonly sentMs: number;
  readonly atMs: number;
}

/** Twice under one shared lock that was still held afterwards. */
export interface ReadTwice {
  readonly kind: 'read-twice';
  readonly client: string;
  readonly name: string;
  readonly first: number;
  readonly second: number;
  readonly atMs: number;
}

/** The client library told that a lock is gone. */
export interface Lost {
  readonly kind: 'lost';
  readonly client: string;
  readonly name: string;
  readonly token: number;
  readonly atMs: number;
}

/** A call rejected. */
export interface Failed {
  readonly kind: 'failed';
  readonly client: string;
  readonly call: string;
  /** A code of the client library's; empty for anything else that was thrown. */
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
}

/** A client has done what it does over and over, once. */
export interface Done {
  readonly kind: 'done';
  readonly client: string;
  readonly atMs: number;
}

export type Entry = Granted | Put | Read | ReadTwice | Lost | Failed | Done;

/** A fault as it took place. */
export interface FaultWindow {
  readonly kind: FaultKind;
  readonly replica: number;
  readonly beganMs: number;
  readonly endedMs: number;
}

/** One version of a file, as it is on the disk at the end. */
export interface StoredVersion {
  readonly version: number;
  readonly sha256: string;
  readonly session: string;
  readonly token: number;
  readonly requestId: string | undefined;
}

/** What a process did that it should not have done. */
export interface Misbehaviour {
  readonly replica: number;
  readonly what: string;
}

/** Everything that the checks go by. */
export interface History {
  readonly leaseMs: number;
  readonly clients: readonly string[];
  readonly entries: readonly Entry[];
  readonly faults: readonly FaultWindow[];
  /** Of each file that clients wrote, oldest first. */
  readonly files: ReadonlyMap<string, readonly StoredVersion[]>;
  readonly misbehaviours: readonly Misbehaviour[];
  /** When the last fault had ended, and when clients were told to stop. */
  readonly healedMs: number;
  readonly stoppedMs: number;
  /** What each client was in the middle of when it was told to stop. */
  readonly inHand: ReadonlyMap<string, string>;
  /** Who held and who waited for what just then, as the replicas told. */
  readonly lockTables: readonly string[];
}

/** The entries of one kind. */
export function ofKind<K extends Entry['kind']>(
  { entries }: Pick<History, 'entries'>,
  kind: K,
): Extract<Entry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind);
}

export const contentOf = (value: number): string => String(value);
