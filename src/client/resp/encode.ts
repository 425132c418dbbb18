/** One argument of a request: text is sent as UTF-8. */
export type Argument = string | number | Uint8Array;

const CRLF = Buffer.from('\r\n');

/** A request as RESP wants it: an array of bulk strings. */
export function encodeRequest(args: readonly Argument[]): Buffer {
  return Buffer.concat([Buffer.from(`*${args.length}\r\n`), ...args.flatMap(encodeArgument)]);
}

/** A request with one argument that is sent apart, because it is large or still on its way. */
export interface SplitRequest {
  /** All up to and with the length of that argument. */
  readonly head: Buffer;
  /** What follows it. */
  readonly tail: Buffer;
}

export function encodeAround(
  before: readonly Argument[],
  size: number,
  after: readonly Argument[],
): SplitRequest {
  const count = before.length + 1 + after.length;
  return {
    head: Buffer.concat([
      Buffer.from(`*${count}\r\n`),
      ...before.flatMap(encodeArgument),
      Buffer.from(`$${size}\r\n`),
    ]),
    tail: Buffer.concat([CRLF, ...after.flatMap(encodeArgument)]),
  };
}

function encodeArgument(argument: Argument): Uint8Array[] {
  const bytes = argument instanceof Uint8Array ? argument : Buffer.from(String(argument));
  return [Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF];
}
