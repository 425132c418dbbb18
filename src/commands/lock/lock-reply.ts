import type { FileName } from '../../files/file-name.js';
import type { CircleStep, LockState } from '../../locks/model.js';
import type { LockOutcome } from '../../sessions/file-locking.js';
import type { HeldLock } from '../../sessions/session.js';
import { array, failure, integer, type Reply } from '../reply.js';

/** Of how many steps of a circle a client is told. */
const MAX_TOLD_STEPS = 8;

/** What a client is told of a lock that it has now. */
export function grantedReply({ token, head, ttlMs, copies }: HeldLock): Reply {
  return array([integer(token), integer(head.version), integer(ttlMs), integer(copies)]);
}

/** What a client is told of a lock that it has not got. */
export function deniedReply(
  name: FileName,
  outcome: Exclude<LockOutcome, { readonly outcome: 'granted' }>,
  signal: AbortSignal,
): Reply {
  switch (outcome.outcome) {
    case 'locked':
      return lockedReply(outcome.state);
    case 'timeout':
      return timeoutReply(outcome.state, outcome.position);
    case 'deadlock':
      return deadlockReply(name, outcome.circle);
    case 'superseded':
    case 'cancelled':
      return signal.reason === 'draining'
        ? failure('UNAVAILABLE', 'this replica is shutting down; connect again and retry')
        : failure('TIMEOUT', `the wait for "${name}" was ended; try again`);
  }
}

/** `LOCKED`: who holds the file, and how much longer at least. */
export function lockedReply(state: LockState): Reply {
  return failure('LOCKED', `${describe(state)}; try later, or LOCK with WAIT`);
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

function timeoutReply(state: LockState, position: number): Reply {
  return failure(
    'TIMEOUT',
    `the wait ran out, you were number ${position} in line: ${describe(state)}; try again`,
  );
}

/** Who would wait for whom, from the client itself round to the client again. */
function deadlockReply(name: FileName, circle: readonly CircleStep[]): Reply {
  const links: string[] = [];
  let wanted: string = name;
  for (const step of circle.slice(1)) {
    links.push(`${who(step)} holds "${wanted}" and waits for "${step.name}"`);
    wanted = step.name;
  }
  const untold = links.length - MAX_TOLD_STEPS;
  if (untold > 0) links.splice(MAX_TOLD_STEPS, untold, `and so on through ${untold} more`);
  return failure(
    'DEADLOCK',
    `waiting for "${name}" would close a circle: ${links.join(', ')}, you hold "${wanted}"; UNLOCK something first, then try again`,
  );
}

function describe(state: LockState): string {
  const [first] = state.holders;
  const waiting = state.waiting === 0 ? '' : `, ${state.waiting} waiting`;
  if (first === undefined) return `others are first in line for "${state.name}"${waiting}`;
  const others = state.holders.length > 1 ? ` and ${state.holders.length - 1} more` : '';
  const note = first.note === '' ? '' : ` ("${first.note}")`;
  const lease =
    first.remainingMs === 0
      ? 'its lease ran out'
      : `its lease runs ${(first.remainingMs / 1000).toFixed(1)} s more`;
  return `"${state.name}" is held ${first.mode} by ${who(first)}${others}${note}, ${lease}${waiting}`;
}

/** A holder or waiter, as people read it. */
export function who({ holder, address }: { readonly holder: string; readonly address: string }) {
  return holder === '' ? address : `${holder} (${address})`;
}
