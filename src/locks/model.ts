declare const sessionIdBrand: unique symbol;
declare const grantIdBrand: unique symbol;

/** Who owns locks; never a peer's address, for behind a load balancer all addresses look alike. */
export type SessionId = string & { readonly [sessionIdBrand]: true };

/** One attempt to get one lock, and what came of it. */
export type GrantId = string & { readonly [grantIdBrand]: true };

export type LockMode = 'exclusive' | 'shared';

/**
 * How long a grant may stay unconfirmed before it passes on, in milliseconds. Between grant and
 * confirmation lie one durable swap of a head and two round trips; a slow disk needs some room,
 * and a replica that died here holds up the queue for no longer than this.
 */
export const PROVISIONAL_MS = 5_000;

/** The most readers of one file: every step of the lock looks at all of them. */
export const MAX_SHARED_HOLDERS = 1_000;

/** The most requests that may wait for one file; one more is answered as if it would not wait. */
export const MAX_WAITERS = 10_000;

/** Of how many waiters a {@link LockState} says who they are. */
export const MAX_SHOWN_WAITERS = 10;

/** One holder of a lock, as the table knows it. */
export interface LockHolder {
  readonly session: SessionId;
  readonly mode: LockMode;
  readonly token: number;
  /** How the holder calls itself; empty if it did not say. */
  readonly holder: string;
  readonly address: string;
  /** What the holder told about this lock (`LOCK … NOTE text`); empty if nothing. */
  readonly note: string;
  /** Since when, in milliseconds since the epoch by the table's clock. */
  readonly sinceMs: number;
  /** What is left of the lease, in milliseconds; 0 where it ran out and nobody took it since. */
  readonly remainingMs: number;
}

/** One that waits for a lock. */
export interface LockWaiter {
  readonly session: SessionId;
  readonly mode: LockMode;
  readonly holder: string;
  readonly address: string;
}

export interface LockState {
  readonly name: string;
  /** Live or unclaimed since; one exclusive, or any number of shared ones. */
  readonly holders: readonly LockHolder[];
  /** How many wait. */
  readonly waiting: number;
  /** The first {@link MAX_SHOWN_WAITERS} of them, in order. */
  readonly queue: readonly LockWaiter[];
}

/** One step of a circle of sessions that would wait for each other. */
export interface CircleStep {
  /** Who waits … */
  readonly session: SessionId;
  readonly holder: string;
  readonly address: string;
  /** … for this name, which the session of the next step holds (after the last comes the first). */
  readonly name: string;
}
