/** Longest name a connection or its library may give itself: it travels with every lock. */
export const MAX_CLIENT_NAME_BYTES = 256;

/** Printable ASCII without blanks, so that lists of connections stay readable by machines. */
export function isClientName(bytes: Buffer): boolean {
  return bytes.length <= MAX_CLIENT_NAME_BYTES && bytes.every((byte) => byte > 0x20 && byte < 0x7f);
}

/** What to say of one that is not. Begins as Redis's own sentence does. */
export function badClientName(what: string): string {
  return `${what} cannot contain spaces, newlines or special characters, and have at most ${MAX_CLIENT_NAME_BYTES} bytes`;
}
