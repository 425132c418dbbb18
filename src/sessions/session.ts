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
  /** Whether the replica renews it while the connection lives (no explicit TTL was asked for). */
  keepAlive: boolean;
  /** When it was granted, and when its lease ends as far as is known; monotonic milliseconds. */
  readonly grantedAtMs: number;
  endsAtMs: number;
  /** The table said that it is somebody else's, or nobody's, by now. */
  lost: boolean;
}

/** Who owns locks. Opened with a connection. */
export class Session {
  readonly held = new Map<FileName, HeldLock>();

  /** How the client calls itself, for `LOCKS`. */
  holder = '';

  constructor(
    readonly id: SessionId,
    readonly address: string,
  ) {}
}
