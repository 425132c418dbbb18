import type { GrantId, SessionId } from './model.js';

/** What another replica needs to know of a lock besides what its table entry says. */
export interface KeptLock {
  readonly name: string;
  readonly ttlMs: number;
  /** Whether the replica renews it while the session lives: no TTL was asked for. */
  readonly keepAlive: boolean;
}

/** The one request that a session waits with. */
export interface KeptWait {
  readonly name: string;
  readonly grantId: GrantId;
}

export interface OpenSession {
  readonly session: SessionId;
  /** Hash of the secret that resumes it; the secret itself is nowhere. */
  readonly secretHash: string;
  /** The record is forgotten unless touched within this time. */
  readonly keepMs: number;
}

/** A session and the generation under which this replica has it. */
export interface OwnedSession {
  readonly session: SessionId;
  readonly generation: number;
}

/** `left`: resumed elsewhere since. `forgotten`: there is no such record (any more). */
export type Ownership = 'owned' | 'left' | 'forgotten';

export interface ResumedSession {
  /** Higher than ever before. */
  readonly generation: number;
  /** What it may hold: the table knows which of them it does. In the order in which they came. */
  readonly locks: readonly KeptLock[];
  readonly wait: KeptWait | undefined;
}

/**
 * The sessions that outlive their connections, known to every replica. A record is the property of
 * the replica that opened or last resumed the session; each resumption raises its generation, and
 * what a former owner says about it afterwards is ignored.
 *
 * Every method throws LockTableUnavailable where the records cannot be reached in time.
 */
export abstract class SessionRecords {
  /**
   * A new record, owned by this replica; also one anew that the records lost (an emptied Redis),
   * under the generation it had.
   * @returns false, and changes nothing, if there is one already
   */
  abstract open(
    session: OpenSession,
    generation: number,
    locks: readonly KeptLock[],
  ): Promise<boolean>;

  /**
   * Raises the generation and makes this replica the owner, in one step; the former owner is told.
   * Undefined if there is no such session or its secret has another hash.
   */
  abstract resume(session: OpenSession): Promise<ResumedSession | undefined>;

  /**
   * The session is about to hold this lock; said before the grant is confirmed.
   * @returns `left`: nobody who goes on with the session will know of it
   */
  abstract holds(owned: OwnedSession, lock: KeptLock): Promise<Ownership>;

  /** The session does not hold it any more. */
  abstract gaveUp(owned: OwnedSession, name: string): Promise<void>;

  /**
   * The session is about to wait, or (undefined) does not any more.
   * @returns `left`: nobody who goes on with the session will know of it
   */
  abstract waits(owned: OwnedSession, wait: KeptWait | undefined): Promise<Ownership>;

  /** Keeps records for `keepMs` from now; what became of each, in order. */
  abstract touch(owned: readonly OwnedSession[], keepMs: number): Promise<readonly Ownership[]>;

  /**
   * False as long as records that were lost may still be told anew by who has the sessions: one that
   * is not there may be there in a moment.
   */
  abstract complete(): Promise<boolean>;

  /** Forgets the session. */
  abstract close(owned: OwnedSession): Promise<void>;

  /**
   * A session of this replica was resumed on another one, under this generation. A hint: may be
   * lost; {@link touch} tells for certain. Also told where {@link holds} or {@link waits} find out.
   * @returns ends the listening
   */
  abstract onLeft(listener: (session: SessionId, generation: number) => void): () => void;

  /**
   * Records may have been lost: those of this replica are to be touched, and told anew where they
   * are forgotten, before the listener's promise settles.
   * @returns ends the listening
   */
  abstract onDoubt(listener: () => Promise<void>): () => void;
}
