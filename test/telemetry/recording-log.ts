import { Log, type LogFields } from '../../src/telemetry/log.js';

/** Keeps what was logged. */
export class RecordingLog extends Log {
  override readonly debugs = true;
  readonly events: {
    readonly level: string;
    readonly event: string;
    readonly fields: LogFields;
  }[] = [];

  override error(event: string, _message: string, fields: LogFields = {}): void {
    this.events.push({ level: 'error', event, fields });
  }

  override warn(event: string, _message: string, fields: LogFields = {}): void {
    this.events.push({ level: 'warn', event, fields });
  }

  override info(event: string, _message: string, fields: LogFields = {}): void {
    this.events.push({ level: 'info', event, fields });
  }

  override debug(event: string, _message: string, fields: LogFields = {}): void {
    this.events.push({ level: 'debug', event, fields });
  }

  override child(): Log {
    return this;
  }
}
