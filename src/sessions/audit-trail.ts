import type { LockHolder, SessionId } from '../locks/model.js';

/** Who asks for something that is recorded. */
export interface Actor {
  readonly session: SessionId;
  /** How the client calls itself; may be empty. */
  readonly holder: string;
  readonly address: string;
}

/** One line of the trail. Those of one `BREAK` share its id. */
export interface AuditRecord {
  /** Wall clock, ISO 8601 in UTC. */
  readonly time: string;
  /** `lock.breaking`: about to, written first. Then what became of it. */
  readonly event: 'lock.breaking' | 'lock.broken' | 'lock.break-failed';
  readonly id: string;
  readonly by: Actor;
  readonly name: string;
  readonly reason: string;
  /** Who held it when it was asked for; with `lock.broken`, whose locks were ended. */
  readonly holders: readonly LockHolder[];
}

/** What may not be done without a record of it is not done. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable';
  readonly code = 'UNAVAILABLE';
}

/** What people with power over others' locks did, for those who ask later. */
export abstract class AuditTrail {
  /**
   * Durable when it returns. Safe while other replicas append to the same trail.
   * @throws {AuditUnavailable}
   */
  abstract append(record: AuditRecord): Promise<void>;
}
