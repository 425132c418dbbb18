import type { FileName } from '../files/file-name.js';
import type { Head } from '../files/head.js';
import type { GrantId, LockMode, SessionId } from '../locks/model.js';

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
}

/** Who owns locks. Opened with a connection; ends with it. */
export class Session {
  /** By name, in the order in which they were granted. */
  readonly held = new Map<FileName, HeldLock>();

  /** How the client calls itself, for `LOCKS`. */
  holder = '';

  /** Rises each time the session is resumed. */
  generation = 1;

  constructor(
    readonly id: SessionId,
    readonly address: string,
  ) {}
}
