import type { LockMode } from '../locks/model.js';

export type DenialReason = 'locked' | 'timeout' | 'cancelled' | 'superseded' | 'deadlock' | 'void';
export type ConflictKind = 'fenced' | 'conflict' | 'notlocked';

/** What happens to locks and files through this replica; telemetry counts it. */
export abstract class LockObserver {
  /** A session began to wait in a queue, or stopped waiting. */
  abstract waiting(change: 1 | -1): void;
  abstract granted(mode: LockMode, waitedSeconds: number): void;
  /** `void`: granted by the table but passed on before it could be confirmed. */
  abstract denied(reason: DenialReason, waitedSeconds: number): void;
  /** A lock that was told to a client is held no more. */
  abstract ended(mode: LockMode, how: 'released' | 'expired', heldSeconds: number): void;
  /** A lock, of whichever replica's session, was ended by `BREAK`. */
  abstract broken(): void;
  /** A change was refused and nothing was changed. */
  abstract conflict(kind: ConflictKind): void;
  abstract published(kind: 'put' | 'delete'): void;
}
