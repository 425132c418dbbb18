import type { GrantId, LockHolder, LockMode, LockState, SessionId } from '../model.js';

/** A script answered in a shape that its header does not know: the two do not belong together. */
export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply';
  readonly code = 'ERR';

  constructor(reply: unknown) {
    super(`a lock script answered in an unknown shape: ${JSON.stringify(reply)}`);
  }
}

export type AcquireReply =
  | { readonly outcome: 'granted'; readonly token: number }
  | {
      readonly outcome: 'renewed';
      readonly grantId: GrantId;
      readonly token: number;
      readonly mode: LockMode;
    }
  | { readonly outcome: 'queued'; readonly endsInMs: number }
  | { readonly outcome: 'locked'; readonly state: LockState };

export type GiveUpReply =
  | { readonly outcome: 'granted'; readonly token: number }
  | { readonly outcome: 'timeout'; readonly state: LockState; readonly position: number };

/** What became of one waiting request. */
export type WaitStatus = { readonly token: number } | 'waiting' | 'unknown';

export interface AdvanceReply {
  /** When something may change by itself, in milliseconds from now; 0: nobody waits. */
  readonly endsInMs: number;
  readonly statuses: readonly WaitStatus[];
}

export function parseAcquire(name: string, reply: unknown): AcquireReply {
  const [outcome, ...fields] = list(reply);
  switch (outcome) {
    case 'granted':
      return { outcome, token: whole(fields[0]) };
    case 'renewed':
      return {
        outcome,
        grantId: text(fields[0]) as GrantId,
        token: whole(fields[1]),
        mode: mode(fields[2]),
      };
    case 'queued':
      return { outcome, endsInMs: whole(fields[0]) };
    case 'locked':
      return { outcome, state: parseView(name, fields[0]) };
    default:
      throw new UnexpectedReply(reply);
  }
}

export function parseGiveUp(name: string, reply: unknown): GiveUpReply {
  const [outcome, field] = list(reply);
  if (outcome === 'granted') return { outcome, token: whole(field) };
  if (outcome === 'timeout') return { outcome, state: parseView(name, field), position: 1 };
  throw new UnexpectedReply(reply);
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
  const [waiting, holders] = list(reply);
  return { name, waiting: whole(waiting), holders: list(holders).map(parseHolder), queue: [] };
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
  const [session, heldMode, token, holder, address, sinceMs, remainingMs] = list(reply);
  return {
    session: text(session) as SessionId,
    mode: mode(heldMode),
    token: whole(token),
    holder: text(holder),
    address: text(address),
    note: '',
    sinceMs: whole(sinceMs),
    remainingMs: whole(remainingMs),
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
