import type { Writable } from 'node:stream';
import { createLogger, format, type Logger, transports } from 'winston';
import type { LogFormat, LogLevel } from '../config/config.js';
import { Log, type LogFields } from './log.js';
import { jsonLine, type LineFormat, type LogEntry, prettyLine } from './log-line.js';

/** Where lines go: standard output, in the end. */
export interface LogTarget extends Writable {
  readonly isTTY?: boolean;
  /** What a terminal says of itself; Node lets NO_COLOR decide. */
  hasColors?(): boolean;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly target: LogTarget;
}

const SEVERITY = { error: 0, warn: 1, info: 2, debug: 3 } as const;

/** Under this key winston's transports look for the finished line. */
const FINISHED_LINE = Symbol.for('message');

const ENTRY = Symbol('entry');

/** {@link Log} on one winston logger. Only the root is to be finished; children share it. */
export class WinstonLog extends Log {
  readonly #root: Root;
  readonly #threshold: number;
  readonly #context: LogFields;

  private constructor(root: Root, threshold: number, context: LogFields) {
    super();
    this.#root = root;
    this.#threshold = threshold;
    this.#context = context;
  }

  static open(options: LogOptions): WinstonLog {
    return new WinstonLog(new Root(options), SEVERITY[options.level], {});
  }

  override get debugs(): boolean {
    return this.#threshold >= SEVERITY.debug;
  }

  override error(event: string, message: string, fields?: LogFields): void {
    this.#write('error', event, message, fields);
  }

  override warn(event: string, message: string, fields?: LogFields): void {
    if (this.#threshold >= SEVERITY.warn) this.#write('warn', event, message, fields);
  }

  override info(event: string, message: string, fields?: LogFields): void {
    if (this.#threshold >= SEVERITY.info) this.#write('info', event, message, fields);
  }

  override debug(event: string, message: string, fields?: LogFields): void {
    if (this.#threshold >= SEVERITY.debug) this.#write('debug', event, message, fields);
  }

  override child(fields: LogFields): WinstonLog {
    return new WinstonLog(this.#root, this.#threshold, { ...this.#context, ...fields });
  }

  /** Ends the log, its children too, once everything was written. What is logged later is lost. */
  finish(): Promise<void> {
    return this.#root.finish();
  }

  #write(level: LogLevel, event: string, message: string, fields?: LogFields): void {
    this.#root.write({
      time: new Date(),
      level,
      event,
      message,
      fields: { ...this.#context, ...fields },
    });
  }
}

class Root {
  readonly #logger: Logger;
  readonly #target: LogTarget;
  #finished: Promise<void> | undefined;

  constructor({ level, format: form, target }: LogOptions) {
    // A log that nobody reads any more must not end the service.
    target.on('error', () => undefined);
    const toLine = lineFormat(form, target);
    this.#target = target;
    this.#logger = createLogger({
      level,
      levels: SEVERITY,
      format: format((info) => {
        const entry = info[ENTRY] as LogEntry;
        return Object.assign(info, { [FINISHED_LINE]: toLine(entry) });
      })(),
      transports: [new transports.Stream({ stream: target, eol: '\n' })],
    });
  }

  write(entry: LogEntry): void {
    // A target that failed for good would only keep the lines in memory.
    if (this.#finished !== undefined || this.#target.errored !== null) return;
    this.#logger.log({ level: entry.level, message: entry.message, [ENTRY]: entry });
  }

  finish(): Promise<void> {
    this.#finished ??= this.#end();
    return this.#finished;
  }

  async #end(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#logger.once('finish', resolve);
      this.#logger.end();
    });
    if (this.#target.errored !== null) return;
    // The transport counts a line as written once it was handed on.
    await new Promise<void>((resolve) => {
      this.#target.once('error', () => resolve());
      this.#target.write('', () => resolve());
    });
  }
}

function lineFormat(form: LogFormat, target: LogTarget): LineFormat {
  const onTerminal = target.isTTY === true;
  if (form === 'json' || (form === 'auto' && !onTerminal)) return jsonLine;
  return prettyLine(onTerminal && target.hasColors?.() === true);
}
