import { type AuditRecord, AuditTrail, AuditUnavailable } from '../../src/sessions/audit-trail.js';

/** Keeps what is recorded, and can be made to fail. */
export class RecordingAuditTrail extends AuditTrail {
  readonly records: AuditRecord[] = [];
  failing = false;
  /** Before a record is taken. */
  before: (record: AuditRecord) => Promise<void> = () => Promise.resolve();

  override async append(record: AuditRecord): Promise<void> {
    await this.before(record);
    if (this.failing) throw new AuditUnavailable('the disk is full');
    this.records.push(record);
  }
}
