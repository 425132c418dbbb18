/** An error as it stands on the wire: one upper-case code, then a sentence. */
export class ErrorReply {
  constructor(
    readonly code: string,
    readonly message: string,
  ) {}

  /** @param line without the leading `-` */
  static parse(line: string): ErrorReply {
    const space = line.indexOf(' ');
    return space < 0
      ? new ErrorReply(line, line)
      : new ErrorReply(line.slice(0, space), line.slice(space + 1));
  }
}

/**
 * A reply of either protocol version. Bulk strings are Buffers, simple and verbatim strings are
 * strings; a map's keys are turned into strings; a set is an array. Integers beyond 2^53 are
 * bigints.
 */
export type RespValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | ErrorReply
  | readonly RespValue[]
  | ReadonlyMap<string, RespValue>;
