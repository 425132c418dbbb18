import { injectable } from 'inversify';
import { type LockNotice, LockTable } from '../locks/lock-table.js';
import { Log } from '../telemetry/log.js';
import { HeldLocks } from './held-locks.js';

/** Tells sessions what the lock table has to say about their locks. */
@injectable()
export class LockNotices {
  #stop: (() => void) | undefined;

  constructor(
    private readonly table: LockTable,
    private readonly held: HeldLocks,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#stop = this.table.onNotice((notice) => this.#take(notice));
  }

  stop(): void {
    this.#stop?.();
  }

  #take(notice: LockNotice): void {
    const holding = this.held.find(notice.grantId);
    if (holding === undefined) return;
    const { session, lock } = holding;
    if (notice.kind === 'waited-for') {
      session.listener?.waitedFor(lock, notice.waiting);
      return;
    }
    if (notice.kind === 'lost') {
      this.log.warn('lock.handed-on-lost', 'A lock that was handed on here went to another', {
        session: session.id,
        file: lock.name,
        token: lock.token,
      });
      this.held.lost(lock, 'the lock table had granted it to somebody else');
      return;
    }
    const { by, reason } = notice;
    this.log.warn('lock.broken-here', 'A lock that a session of this replica held was broken', {
      session: session.id,
      file: lock.name,
      token: lock.token,
      by,
      reason,
    });
    this.held.lost(lock, `it was broken by ${by}${reason === '' ? '' : `: ${reason}`}`);
  }
}
