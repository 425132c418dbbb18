/** A connection's number as clients write it; undefined if it is none. */
export function connectionIdOf(argument: Buffer | undefined): number | undefined {
  const text = argument?.toString('latin1') ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
