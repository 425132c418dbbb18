import type { GrantId, LockMode, LockState, SessionId } from './model.js';

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
  /** Ends the wait: the place in the queue is given up. */
  readonly signal?: AbortSignal;
}

/**
 * A lock that is ours but not yet told to the client. It is provisional: unless confirmed within
 * {@link PROVISIONAL_MS} it passes on.
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
  /** Taken all through the wait. */
  | { readonly outcome: 'timeout'; readonly state: LockState }
  /** The request's signal ended the wait. Nothing is held, nothing is queued. */
  | { readonly outcome: 'cancelled' };

export interface Lease {
  readonly name: string;
  readonly grantId: GrantId;
  readonly ttlMs: number;
}

/** `lost`: granted to somebody else since. */
export type RenewOutcome = 'renewed' | 'lost';

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
   * Starts the lease. False where the grant is not live any more; it must then not be told to the
   * client.
   */
  abstract confirm(lease: Lease): Promise<boolean>;

  /**
   * Ends a grant, confirmed or not, and hands the lock to who is next. False if it was not held
   * (any more).
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
