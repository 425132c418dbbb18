import { randomUUID } from 'node:crypto';
import { injectable } from 'inversify';
import { Clock } from '../clock/clock.js';
import { FileStoreUnavailable } from '../files/errors.js';
import type { FileName } from '../files/file-name.js';
import { FileStore } from '../files/file-store.js';
import { LockTableUnavailable } from '../locks/errors.js';
import { LockTable } from '../locks/lock-table.js';
import type { LockHolder } from '../locks/model.js';
import { Log } from '../telemetry/log.js';
import { type Actor, type AuditRecord, AuditTrail, AuditUnavailable } from './audit-trail.js';
import { LockObserver } from './lock-observer.js';

/** How often the head is raised anew; each time somebody else was faster. */
const MAX_RAISES = 16;

type Order = Pick<AuditRecord, 'id' | 'by' | 'name' | 'reason'>;

/**
 * Ends other sessions' locks. The head moves first, so that from then on their holders' changes are
 * refused where they land, whatever the lock table, or a replica that hears nothing, believes.
 */
@injectable()
export class Breaking {
  constructor(
    private readonly table: LockTable,
    private readonly files: FileStore,
    private readonly audit: AuditTrail,
    private readonly observer: LockObserver,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * The intent is on record before anything happens, so nothing is ever broken without a trace; what
   * came of it is recorded afterwards.
   * @returns how many holders were ended; 0: nobody held it, and nothing was changed or recorded
   * @throws {AuditUnavailable} nothing happened
   * @throws {LockTableUnavailable}, {@link FileStoreUnavailable}
   */
  async break(name: FileName, by: Actor, reason: string): Promise<number> {
    const { holders } = await this.table.inspect(name);
    if (holders.length === 0) return 0;
    const order: Order = { id: randomUUID(), by, name, reason };
    await this.audit.append(this.#record('lock.breaking', order, holders));
    let ended: readonly LockHolder[];
    try {
      ended = await this.#end(name, order, highestToken(holders));
    } catch (error) {
      await this.#recordAfterwards('lock.break-failed', order, holders);
      throw error;
    }
    await this.#recordAfterwards('lock.broken', order, ended);
    this.log.warn('lock.broken', 'A lock was ended by BREAK', {
      id: order.id,
      file: name,
      by,
      reason,
      holders: ended,
    });
    for (const _ of ended) this.observer.broken();
    return ended.length;
  }

  async #end(name: FileName, order: Order, known: number): Promise<readonly LockHolder[]> {
    const head = await this.files.head(name);
    // Without a head nobody has got so far as to hold it; what the table has of it goes all the same.
    const token = head === undefined ? known : await this.#fence(name, head.token + 1);
    const { reason } = order;
    const ended = await this.#breakInTable(name, token, called(order.by), reason);
    // One who was granted it in between had moved the head again, and is ended too.
    const newest = highestToken(ended);
    if (head !== undefined && newest >= token) await this.files.fence(name, newest + 1, false);
    return ended;
  }

  /** @returns the token that the head carries now, which is nobody's */
  async #fence(name: FileName, least: number): Promise<number> {
    let token = least;
    for (let raises = 0; raises < MAX_RAISES; raises++) {
      const result = await this.files.fence(name, token, false);
      if (result.outcome === 'fenced') return token;
      token = result.token + 1;
    }
    throw new FileStoreUnavailable(
      `the head of "${name}" is changed by others all the time; try again`,
      false,
    );
  }

  async #breakInTable(
    name: FileName,
    token: number,
    by: string,
    reason: string,
  ): Promise<readonly LockHolder[]> {
    try {
      return await this.table.break({ name, token, by, reason });
    } catch (cause) {
      if (!(cause instanceof LockTableUnavailable)) throw cause;
      throw new LockTableUnavailable(
        `what its holders write to "${name}" is refused from now on, but the lock table could not be told: BREAK it again`,
        true,
        { cause },
      );
    }
  }

  /** It has happened: that it cannot be written down, beside the intent, changes no answer. */
  async #recordAfterwards(
    event: AuditRecord['event'],
    order: Order,
    holders: readonly LockHolder[],
  ): Promise<void> {
    const record = this.#record(event, order, holders);
    try {
      await this.audit.append(record);
    } catch (err) {
      if (!(err instanceof AuditUnavailable)) throw err;
      this.log.error('audit.failed', 'What came of a BREAK could not be recorded', {
        record,
        err,
      });
    }
  }

  #record(event: AuditRecord['event'], order: Order, holders: readonly LockHolder[]): AuditRecord {
    const epochMs = Math.floor(this.clock.epochMicros() / 1_000);
    const time = Temporal.Instant.fromEpochMilliseconds(epochMs).toString();
    return { time, event, ...order, holders };
  }
}

function highestToken(holders: readonly LockHolder[]): number {
  return Math.max(0, ...holders.map(({ token }) => token));
}

function called({ holder, address }: Actor): string {
  return holder === '' ? address : `${holder} (${address})`;
}
