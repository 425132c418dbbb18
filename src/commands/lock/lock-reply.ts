import type { LockState } from '../../locks/model.js';
import { failure, type Reply } from '../reply.js';

/** `LOCKED`: who holds the file, and how much longer at least. */
export function lockedReply(state: LockState): Reply {
  return failure('LOCKED', `${describe(state)}; try later, or LOCK with WAIT`);
}

export function timeoutReply(state: LockState): Reply {
  return failure('TIMEOUT', `the wait ran out: ${describe(state)}; try again`);
}

function describe(state: LockState): string {
  const [first] = state.holders;
  const waiting = state.waiting === 0 ? '' : `, ${state.waiting} waiting`;
  if (first === undefined) return `others are first in line for "${state.name}"${waiting}`;
  const who = first.holder === '' ? first.address : `${first.holder} (${first.address})`;
  const others = state.holders.length > 1 ? ` and ${state.holders.length - 1} more` : '';
  const seconds = (first.remainingMs / 1000).toFixed(1);
  return `"${state.name}" is held ${first.mode} by ${who}${others}, its lease runs ${seconds} s more${waiting}`;
}

export function notLockedReply(name: string): Reply {
  return failure('NOTLOCKED', `"${name}" is not locked by this session: LOCK it first`);
}

/** @param because why it is not this session's any more, where that is known */
export function fencedReply(name: string, because: string | undefined): Reply {
  const why = because ?? 'it was followed by a newer one';
  return failure(
    'FENCED',
    `the lock on "${name}" is lost: ${why}; nothing was changed: LOCK and GET it again`,
  );
}
