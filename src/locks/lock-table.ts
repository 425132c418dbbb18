import type { CircleStep, GrantId, LockHolder, LockMode, LockState, SessionId } from './model.js';

export interface LockRequest {
  /** What is locked; opaque here. Holds no braces. */
  readonly name: string;
  readonly mode: LockMode;
  readonly session: SessionId;
  /** Made by the caller, unique to this attempt, so that it can be cancelled without an answer. */
  readonly grantId: GrantId;
  /** Length of the lease once confirmed, in milliseconds. */
  readonly ttlMs: number;
  /** How long to queue where the lock is taken, in milliseconds; 0: not at all. */
  readonly waitMs: number;
  /** For `LOCKS`: how the holder calls itself and where it comes from. May be empty. */
  readonly holder: string;
  readonly address: string;
  /** For who waits, and for `LOCKS`. May be empty. */
  readonly note: string;
  /**
   * How often the session was resumed. A request of a lower generation than what the session holds
   * or waits with already comes from a replica that the session has left: it is denied as locked.
   */
  readonly generation: number;
  /** Whether the session holds any other lock: only then can its wait close a circle. */
  readonly holdsOthers: boolean;
  /**
   * The caller is sure to confirm the grant or to give it back, so that its lease may run in full
   * from the start. A table may grant provisionally all the same.
   */
  readonly outright?: boolean;
  /**
   * The same session's earlier request for this name, made through a connection that is lost. If it
   * still waits this request takes its place in the queue; if it was granted, its grant. The
   * earlier one, on whichever replica, ends without a word: as `superseded`. A session waits for a
   * name once: without this its earlier request is the one that waits, if there is any.
   */
  readonly inPlaceOf?: GrantId;
  /**
   * Ends the wait. The place in the queue is given up, unless the reason is {@link LEAVE_PLACE}:
   * then nobody looks after it here any more, and a later request may take it (`inPlaceOf`).
   */
  readonly signal?: AbortSignal;
  /** Called once, if the request has to wait, when it stands in the queue. */
  readonly onQueued?: (place: QueuePlace) => void;
}

/** A reason to abort a wait whose place in the queue is kept for its session. */
export const LEAVE_PLACE = 'leave-place';

export interface QueuePlace {
  /** 1: next in line. */
  readonly position: number;
  readonly state: LockState;
}

/**
 * A lock that is ours but not yet told to the client. It is provisional, unless it was asked for
 * outright: if not confirmed within {@link PROVISIONAL_MS} it passes on.
 */
export interface Grant {
  /** The grant's id: the request's, or the earlier one where the session held the lock already. */
  readonly grantId: GrantId;
  readonly token: number;
  readonly mode: LockMode;
  /** False where the session held it already and only its lease was renewed. */
  readonly fresh: boolean;
}

export type Acquisition =
  | { readonly outcome: 'granted'; readonly grant: Grant }
  /**
   * Taken, and the request did not want to wait; or the queue is full ({@link MAX_WAITERS}); or the
   * session reads already and wants to write, which is granted at once (it is the only reader and
   * nobody waits) or not at all: two readers who both wait to write would wait for ever.
   */
  | { readonly outcome: 'locked'; readonly state: LockState }
  /** Taken all through the wait; the request had come to this position, 1 being next. */
  | { readonly outcome: 'timeout'; readonly state: LockState; readonly position: number }
  /**
   * Waiting would have closed this circle, which begins with the request's own session. Nothing is
   * queued.
   */
  | { readonly outcome: 'deadlock'; readonly circle: readonly CircleStep[] }
  /** The request's signal ended the wait. Nothing is held; nothing is queued by this request. */
  | { readonly outcome: 'cancelled' }
  /** The same session asked again from elsewhere and has this request's place or grant. */
  | { readonly outcome: 'superseded' };

export interface Lease {
  readonly name: string;
  readonly grantId: GrantId;
  readonly ttlMs: number;
}

/** `lost`: granted to somebody else since. */
export type RenewOutcome = 'renewed' | 'lost';

/** How well the table remembers a grant. */
export interface Confirmation {
  /**
   * 0: only this process does. Otherwise how many servers are known to have it: 1 for Redis alone,
   * one more for each of its replicas that confirmed.
   */
  readonly copies: number;
}

/** A lease that was started. */
export interface Confirmed extends Confirmation {
  /** When it began, or a moment before; monotonic. */
  readonly sinceMs: number;
}

/** The lock of a session that has come to this replica. */
export interface TakeOver {
  readonly name: string;
  readonly session: SessionId;
  /** The session's new one, higher than whatever it locked with before. */
  readonly generation: number;
  /** Takes the place of the former grant's id, so that the former replica can do nothing with it. */
  readonly grantId: GrantId;
  readonly ttlMs: number;
  readonly address: string;
}

export interface TakenOver extends Confirmation {
  readonly mode: LockMode;
  readonly token: number;
  readonly note: string;
}

export interface Break {
  readonly name: string;
  /** The head's: the table's token is not below it afterwards. */
  readonly token: number;
  /** Who does it, and why; told to the holders. */
  readonly by: string;
  readonly reason: string;
}

/** What the table has to tell a replica about a lock that was confirmed through it. */
export type LockNotice =
  /** Ended by {@link LockTable.break}. */
  | {
      readonly kind: 'broken';
      readonly name: string;
      readonly grantId: GrantId;
      readonly by: string;
      readonly reason: string;
    }
  /** It was granted to somebody else. As a rule {@link LockTable.renew} is what tells so. */
  | { readonly kind: 'lost'; readonly name: string; readonly grantId: GrantId }
  /** One more waits for it. A hint: may be lost. */
  | {
      readonly kind: 'waited-for';
      readonly name: string;
      readonly grantId: GrantId;
      readonly waiting: number;
    };

/**
 * Who may change what. Grants are fair: first in, first out, and nobody is granted past a waiter
 * that came earlier. Hand-off is a push: the end of one lock and the grant to the next in line are
 * one step. Tokens of one name rise with every exclusive grant, and with the first shared grant
 * after an exclusive one; a table may forget them (see {@link LockTable.raise}).
 *
 * A lease that ran out stays its holder's to renew until somebody else is granted the lock, or
 * changes the file without one (see {@link LockTable.endExpired}).
 *
 * Every method throws {@link LockTableUnavailable} within the configured time-out where the table
 * cannot be reached. After a failed {@link acquire} the table itself goes on cancelling the
 * attempt until that is certain: nothing is held that the caller was not told of.
 */
export abstract class LockTable {
  abstract open(): Promise<void>;
  /** Ends every wait as cancelled and lets go of connections. Held leases are left to run out. */
  abstract close(): Promise<void>;

  abstract acquire(request: LockRequest): Promise<Acquisition>;

  /**
   * Raises the token of this very grant above `token`, which the store was found to have reached:
   * the table has lost its memory. Undefined where the grant is not live any more: then it is the
   * caller that is late, not the table that forgot.
   */
  abstract raise(name: string, grantId: GrantId, token: number): Promise<number | undefined>;

  /**
   * Starts the lease, unless it was granted outright and runs. Undefined where the grant is not live
   * any more, or was not copied as often as the table is told to demand (then it is being cancelled);
   * it must not be told to the client.
   */
  abstract confirm(lease: Lease): Promise<Confirmed | undefined>;

  /**
   * Ends a grant, confirmed or not, or a place in the queue that was left ({@link LEAVE_PLACE}), and
   * hands the lock to who is next. False if it was neither held nor waited (any more).
   */
  abstract release(name: string, grantId: GrantId): Promise<boolean>;

  /**
   * Extends confirmed leases to a full length from now; one outcome for each, in order. A grant
   * that is not confirmed is answered as lost.
   */
  abstract renew(leases: readonly Lease[]): Promise<readonly RenewOutcome[]>;

  /**
   * Ends for good the leases of `name` that ran out, as a grant to somebody else would: their
   * holders cannot renew them any more. Answers who holds it still, or has it now.
   */
  abstract endExpired(name: string): Promise<LockState>;

  /**
   * Makes the lock that a resumed session holds its own here: same token, same mode, a full lease
   * from now. Undefined where the session holds it no more, or was resumed once more elsewhere.
   */
  abstract takeOver(request: TakeOver): Promise<TakenOver | undefined>;

  /**
   * Ends every grant of a name, confirmed or not, and hands the lock to who is next. Afterwards the
   * table's token is at least `token`. Replicas whose confirmed grants were ended are told.
   * @returns who held it
   */
  abstract break(order: Break): Promise<readonly LockHolder[]>;

  /** @returns ends the listening */
  abstract onNotice(listener: (notice: LockNotice) => void): () => void;

  /** Who holds `name` and how many wait. A free name has no holders. */
  abstract inspect(name: string): Promise<LockState>;

  /**
   * Every name that is held now, in no particular order. One that changes meanwhile may be missing
   * or come twice.
   */
  abstract list(): AsyncIterable<LockState>;

  /** Whether the table can be reached now; cheap, answers from what is known. */
  abstract get available(): boolean;
}
