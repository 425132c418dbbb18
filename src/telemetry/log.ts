export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where every part of Candado says what happens. A port, so that the domain knows no logging
 * library.
 *
 * `event` is a stable name for machines (`lock.granted`), `message` a fixed phrase for people;
 * everything that varies goes into `fields`. An `Error` travels as `fields.err`. Neither file
 * contents nor secrets are ever logged.
 */
export abstract class Log {
  /** Whether {@link debug} writes anything: where it is asked often, its fields cost too much. */
  abstract readonly debugs: boolean;
  abstract error(event: string, message: string, fields?: LogFields): void;
  abstract warn(event: string, message: string, fields?: LogFields): void;
  abstract info(event: string, message: string, fields?: LogFields): void;
  abstract debug(event: string, message: string, fields?: LogFields): void;
  /** A log whose every line also carries `fields`. */
  abstract child(fields: LogFields): Log;
}
