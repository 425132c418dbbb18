/**
 * The slowest store that is still waited for, in bytes per millisecond (10 MB/s): it writes, copies
 * or reads a whole content in silence before it answers.
 */
const SLOWEST_STORE = 10_000;

/** Time for a copy whose size is not known here: of a content of 1 GiB, the default limit. */
export const COPY_MS = workMs(2 ** 30);

/** How long a store may be at work on that many bytes, in milliseconds. */
export function workMs(bytes: number): number {
  return Math.ceil(bytes / SLOWEST_STORE);
}
