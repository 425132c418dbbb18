/** One argument of a request: text is sent as UTF-8. */
export type Argument = string | number | Uint8Array;

const CRLF = Buffer.from('\r\n');

/** A request as RESP wants it: an array of bulk strings. */
export function encodeRequest(args: readonly Argument[]): Buffer {
  return Buffer.concat([Buffer.from(`*${args.length}\r\n`), ...args.flatMap(encodeArgument)]);
}

/**
 * A request with one argument that is sent apart, because it is large or still on its way: all up
 * to and with the length of that argument.
 *
 * @param after how many arguments follow it
 */
export function encodeHead(before: readonly Argument[], size: number, after: number): Buffer {
  return Buffer.concat([
    Buffer.from(`*${before.length + 1 + after}\r\n`),
    ...before.flatMap(encodeArgument),
    Buffer.from(`$${size}\r\n`),
  ]);
}

/** What follows that argument. */
export function encodeTail(after: readonly Argument[]): Buffer {
  return Buffer.concat([CRLF, ...after.flatMap(encodeArgument)]);
}

function encodeArgument(argument: Argument): Uint8Array[] {
  const bytes = argument instanceof Uint8Array ? argument : Buffer.from(String(argument));
  return [Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF];
}
