import type { QueuePlace } from '../lock-table.js';
import type {
  CircleStep,
  GrantId,
  LockHolder,
  LockMode,
  LockState,
  LockWaiter,
  SessionId,
} from '../model.js';
import type { KeptLock, KeptWait, Ownership, ResumedSession } from '../session-records.js';

/** A script answered in a shape that its header does not know: the two do not belong together. */
export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply';
  readonly code = 'ERR';

  constructor(reply: unknown) {
    super(`a lock script answered in an unknown shape: ${JSON.stringify(reply)}`);
  }
}

export interface QueuedReply {
  readonly outcome: 'queued';
  readonly endsInMs: number;
  /** Rises from one in the queue to the next; of Redis's clock, in microseconds. */
  readonly order: number;
  readonly place: QueuePlace;
}

export type AcquireReply =
  | {
      readonly outcome: 'granted';
      readonly token: number;
      readonly mode: LockMode;
      /** Whether the lease runs, and need not be confirmed. */
      readonly runs: boolean;
    }
  | {
      readonly outcome: 'renewed';
      readonly grantId: GrantId;
      readonly token: number;
      readonly mode: LockMode;
    }
  | QueuedReply
  | { readonly outcome: 'locked'; readonly state: LockState }
  | { readonly outcome: 'superseded' };

export type GiveUpReply =
  | { readonly outcome: 'granted'; readonly token: number }
  | { readonly outcome: 'timeout'; readonly state: LockState; readonly position: number };

export interface ReleaseReply {
  readonly wasThere: boolean;
  /** Who is next in line now, at whichever replica; empty: nobody, or it was not looked. */
  readonly next: GrantId | '';
  /** What was handed on to requests of this replica; their leases run. */
  readonly granted: readonly { readonly grantId: GrantId; readonly token: number }[];
}

/** What became of one waiting request. */
export type WaitStatus = { readonly token: number } | 'waiting' | 'unknown';

export interface AdvanceReply {
  /** When something may change by itself, in milliseconds from now; 0: nobody waits. */
  readonly endsInMs: number;
  readonly statuses: readonly WaitStatus[];
}

/**
 * What came of telling the table of a lease. `open`: that will be known when somebody else's grant
 * is confirmed, or passes on.
 */
export type Verdict = 'known' | 'lost' | 'open';

const VERDICTS: readonly Verdict[] = ['lost', 'known', 'open'];

/** A session that holds what others wait for. */
export type Obstacle = Omit<CircleStep, 'name'>;

export interface TakeOverReply {
  readonly token: number;
  readonly mode: LockMode;
  readonly holder: string;
  readonly note: string;
}

export function parseAcquire(name: string, reply: unknown): AcquireReply {
  const [outcome, ...fields] = list(reply);
  switch (outcome) {
    case 'granted':
      return {
        outcome,
        token: whole(fields[0]),
        mode: mode(fields[1]),
        runs: parseFlag(fields[2]),
      };
    case 'renewed':
      return {
        outcome,
        grantId: text(fields[0]) as GrantId,
        token: whole(fields[1]),
        mode: mode(fields[2]),
      };
    case 'queued':
      return {
        outcome,
        endsInMs: whole(fields[0]),
        order: whole(fields[1]),
        place: { position: whole(fields[2]), state: parseView(name, fields[3]) },
      };
    case 'locked':
      return { outcome, state: parseView(name, fields[0]) };
    case 'superseded':
      return { outcome };
    default:
      throw new UnexpectedReply(reply);
  }
}

export function parseGiveUp(name: string, reply: unknown): GiveUpReply {
  const [outcome, number, view] = list(reply);
  if (outcome === 'granted') return { outcome, token: whole(number) };
  if (outcome === 'timeout') {
    return { outcome, position: whole(number), state: parseView(name, view) };
  }
  throw new UnexpectedReply(reply);
}

export function parseRelease(reply: unknown): ReleaseReply {
  const [wasThere, next = '', ...fields] = list(reply);
  const granted = [];
  for (let at = 0; at < fields.length; at += 2) {
    granted.push({ grantId: text(fields[at]) as GrantId, token: whole(fields[at + 1]) });
  }
  return { wasThere: parseFlag(wasThere), next: text(next) as GrantId | '', granted };
}

export function parseAdvance(reply: unknown): AdvanceReply {
  const [endsInMs, ...statuses] = list(reply).map(whole);
  return {
    endsInMs: endsInMs ?? 0,
    statuses: statuses.map((token) => {
      if (token > 0) return { token };
      return token === 0 ? 'waiting' : 'unknown';
    }),
  };
}

export function parseView(name: string, reply: unknown): LockState {
  const [waiting, holders, queue] = list(reply);
  return {
    name,
    waiting: whole(waiting),
    holders: parseHolders(holders),
    queue: list(queue).map(parseWaiter),
  };
}

export function parseHolders(reply: unknown): LockHolder[] {
  return list(reply).map(parseHolder);
}

export function parseTakeOver(reply: unknown): TakeOverReply | undefined {
  const [token, heldMode, holder, note] = list(reply);
  if (token === undefined) return undefined;
  return { token: whole(token), mode: mode(heldMode), holder: text(holder), note: text(note) };
}

export function parseObstacles(reply: unknown): Obstacle[] {
  return list(reply).map((entry) => {
    const [session, holder, address] = list(entry);
    return { session: text(session) as SessionId, holder: text(holder), address: text(address) };
  });
}

/** What a session waits for, as it was written; undefined where it is nothing. */
export function parseWait(written: string | null): KeptWait | undefined {
  if (written === null || written === '') return undefined;
  const [name, grantId] = list(JSON.parse(written));
  return { name: text(name), grantId: text(grantId) as GrantId };
}

export function parseResumed(reply: unknown): ResumedSession | undefined {
  const [generation, wait, ...locks] = list(reply);
  if (generation === undefined) return undefined;
  return {
    generation: whole(generation),
    wait: parseWait(text(wait)),
    locks: locks.map(parseKeptLock),
  };
}

export function parseOwnerships(reply: unknown): Ownership[] {
  return list(reply).map((number): Ownership => {
    if (whole(number) < 0) return 'forgotten';
    return number === 1 ? 'owned' : 'left';
  });
}

export function parseVerdicts(reply: unknown): Verdict[] {
  return list(reply).map((number) => {
    const verdict = VERDICTS[whole(number)];
    if (verdict === undefined) throw new UnexpectedReply(reply);
    return verdict;
  });
}

/** 1 or 0, as scripts say yes and no. */
export function parseFlag(reply: unknown): boolean {
  return whole(reply) === 1;
}

export function parseFlags(reply: unknown): boolean[] {
  return list(reply).map(parseFlag);
}

export function parseToken(reply: unknown): number | undefined {
  const token = whole(reply);
  return token === 0 ? undefined : token;
}

/** `TIME`, in microseconds since the epoch. */
export function parseTime(reply: unknown): number {
  const [seconds, micros] = list(reply);
  return Number(seconds) * 1_000_000 + Number(micros);
}

function parseHolder(reply: unknown): LockHolder {
  const [session, heldMode, token, holder, address, sinceMs, remainingMs, note] = list(reply);
  return {
    session: text(session) as SessionId,
    mode: mode(heldMode),
    token: whole(token),
    holder: text(holder),
    address: text(address),
    note: text(note),
    sinceMs: whole(sinceMs),
    remainingMs: whole(remainingMs),
  };
}

function parseKeptLock(reply: unknown): KeptLock {
  const [name, ttlMs, keepAlive] = list(reply);
  return { name: text(name), ttlMs: whole(ttlMs), keepAlive: parseFlag(keepAlive) };
}

function parseWaiter(reply: unknown): LockWaiter {
  const [session, wanted, holder, address] = list(reply);
  return {
    session: text(session) as SessionId,
    mode: mode(wanted),
    holder: text(holder),
    address: text(address),
  };
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnexpectedReply(value);
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new UnexpectedReply(value);
  return value;
}

function whole(value: unknown): number {
  if (typeof value !== 'number') throw new UnexpectedReply(value);
  return value;
}

function mode(value: unknown): LockMode {
  if (value === 'x') return 'exclusive';
  if (value === 's') return 'shared';
  throw new UnexpectedReply(value);
}
