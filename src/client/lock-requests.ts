import { type LockInfo, type ResumedLock, toLockInfo, toResumedLock } from './records.js';
import { toArray, toInteger, toRecord, toText } from './replies.js';
import type { Argument } from './resp/encode.js';
import { Call } from './transport/call.js';

/** The commands about locks and sessions, but for LOCK and MLOCK themselves. */

export interface LocksOptions {
  /** A glob; everything without. */
  readonly pattern?: string;
  /** Only what this client's session holds. */
  readonly mine?: boolean;
  /** Only leases that ran out and that nobody took since. */
  readonly stale?: boolean;
}

type Refusal = () => Error | undefined;

export function locksCall({ pattern, mine, stale }: LocksOptions): Call<readonly LockInfo[]> {
  return new Call<readonly LockInfo[]>({
    command: 'LOCKS',
    args: [
      ...(pattern === undefined ? [] : [pattern]),
      ...(mine === true ? ['MINE'] : []),
      ...(stale === true ? ['STALE'] : []),
    ],
    repeatable: true,
    parse: (value) => toArray(value).map(toLockInfo),
  });
}

/** What is not held any more when it is asked again was given up the first time. */
export function unlockCall(name: string, refusal?: Refusal): Call<undefined> {
  return new Call({
    command: 'UNLOCK',
    args: [name],
    parse: () => undefined,
    repeatable: true,
    doneBefore: { code: 'NOTLOCKED', value: undefined },
    ...(refusal === undefined ? {} : { refusal }),
  });
}

export function renewCall(name: string, ttlMs: number | undefined, refusal: Refusal): Call<number> {
  const args = [name, ...(ttlMs === undefined ? [] : ['TTL', ttlMs])];
  return new Call({ command: 'RENEW', args, parse: toInteger, repeatable: true, refusal });
}

/** Not asked again by itself: somebody else may be the holder by then. */
export function breakCall(name: string, reason: string | undefined): Call<number> {
  const args: readonly Argument[] = [name, ...(reason === undefined ? [] : ['REASON', reason])];
  return new Call({
    command: 'BREAK',
    args,
    parse: toInteger,
    lossAdvice: `see who holds ${JSON.stringify(name)} now before you break it again`,
  });
}

/** What brings a session back after its connection was lost. */
export interface Ticket {
  readonly id: string;
  readonly secret: string;
  /** How long the server keeps it without a connection, in milliseconds. */
  readonly graceMs: number;
}

/**
 * Nothing leaves behind it before it was answered: a lock whose session's secret was lost on the
 * way would be held for nobody until the grace time is over.
 *
 * @param opened called in the turn of the event loop in which the answer is read
 */
export function sessionCall(opened: (ticket: Ticket) => void): Call<undefined> {
  return new Call({
    command: 'SESSION',
    args: [],
    barrier: true,
    repeatable: true,
    parse: (value) => {
      const record = toRecord(value);
      opened({
        id: toText(record.get('id')),
        secret: toText(record.get('secret')),
        graceMs: toInteger(record.get('grace')),
      });
      return undefined;
    },
  });
}

export function resumeCall({ id, secret }: Ticket): Call<readonly ResumedLock[]> {
  return new Call<readonly ResumedLock[]>({
    command: 'RESUME',
    args: [id, secret],
    parse: (value) => toArray(value).map(toResumedLock),
  });
}
