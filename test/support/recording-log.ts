import { Log, type LogFields } from '../../src/telemetry/log.js';

/** Keeps what is logged, for tests that ask for it. */
export class RecordingLog extends Log {
  override readonly debugs = true;
  readonly lines: { level: string; event: string; fields: LogFields }[] = [];

  override error(event: string, _message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', event, fields });
  }

  override warn(event: string, _message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', event, fields });
  }

  override info(event: string, _message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }

  override debug(event: string, _message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', event, fields });
  }

  override child(): Log {
    return this;
  }
}
