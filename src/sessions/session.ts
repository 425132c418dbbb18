import type { FileName } from '../files/file-name.js';
import type { Head } from '../files/head.js';
import type { GrantId, LockMode, SessionId } from '../locks/model.js';
import type { KeptWait, OwnedSession } from '../locks/session-records.js';
import type { SessionWait } from './session-wait.js';

/** A lock that this session's client was told it has. */
export interface HeldLock {
  readonly name: FileName;
  readonly grantId: GrantId;
  readonly mode: LockMode;
  readonly token: number;
  /**
   * The exact head the next change swaps from: seen at the grant, or left by this session's own
   * last publish. Never read again to find one, or a late writer could overwrite a newer version.
   */
  head: Head;
  ttlMs: number;
  /** How many servers remember the grant: see Confirmation in the lock table. */
  readonly copies: number;
  /** Whether the replica renews it while the connection lives: no TTL was asked for. */
  keepAlive: boolean;
  /** Monotonic milliseconds. */
  readonly grantedAtMs: number;
  /** When the lease ends unless renewed, as far as is known here; monotonic milliseconds. */
  endsAtMs: number;
  /** `expired`: ran out, not known to be anybody else's. `lost`: the table said it is not ours. */
  state: 'live' | 'expired' | 'lost';
  /** Where it is lost: why, as far as somebody said so. */
  lostBecause?: string;
}

/** What a session's client is told without having asked. */
export interface SessionListener {
  lost(lock: HeldLock): void;
  /** So many wait for a lock of this session now. */
  waitedFor(lock: HeldLock, waiting: number): void;
}

/** Who owns locks. Opened with a connection; ends with it, unless it is kept. */
export class Session {
  /** Made when it is needed: most sessions hold nothing. */
  #held: Map<FileName, HeldLock> | undefined;

  /** How the client calls itself, for `LOCKS`. */
  holder = '';

  /** Rises each time the session is resumed. */
  generation = 1;

  /** Whether it outlives its connection for a while. */
  kept = false;

  /** What a kept session waits for now, with its connection or without. */
  waiting: SessionWait | undefined;

  /**
   * It has gone on elsewhere, with all that it holds: what is still granted to it here is nobody's.
   */
  left = false;

  /** A wait whose connection was lost: asking for the same lock again takes its place. */
  place: KeptWait | undefined;

  /** Its connection. */
  listener: SessionListener | undefined;

  constructor(
    readonly id: SessionId,
    /** `address:port` of its client. */
    public address: string,
  ) {}

  /** By name, in the order in which they were granted. */
  get held(): Map<FileName, HeldLock> {
    this.#held ??= new Map();
    return this.#held;
  }
}

/** The session as this replica has it. */
export function ownedBy({ id, generation }: Session): OwnedSession {
  return { session: id, generation };
}
