/**
 * Everything a client can make the decoder hold is bounded here. What goes over one of these is a
 * protocol error: the rest of such a stream cannot be skipped within bounds, so it is not read.
 */

/**
 * Strings of one command, its name included. The longest Candado command has about ten; the rest
 * is room for `COMMAND DOCS name…`, which clients send with all names they know.
 */
export const MAX_ARGUMENTS = 1024;

/**
 * A `*` or `$` line from its first byte to its line feed: a 64-bit number fits with marker, sign
 * and some leading zeros, and no number that fits loses its order of magnitude in a double.
 */
export const MAX_LINE_BYTES = 32;

/**
 * One argument that is collected in memory. Names, patterns and numbers are far shorter; a content
 * up to this size is cheaper to collect than to stream.
 */
export const MAX_ARGUMENT_BYTES = 64 * 1024;

/**
 * All collected arguments of one command together, so that {@link MAX_ARGUMENTS} of
 * {@link MAX_ARGUMENT_BYTES} cannot take 64 MiB a connection.
 */
export const MAX_COMMAND_BYTES = 1024 * 1024;

/**
 * What a read that waits undecoded costs beside its bytes, counted into `bufferedBytes`: else a
 * client sending single bytes behind a long `LOCK … WAIT` would take a hundred times the limit on
 * reading ahead.
 */
export const QUEUED_READ_COST_BYTES = 256;

/**
 * Equal requests that are one command, and whose replies are written in one piece: some 20 KB of
 * them, so that a client that does not read is noticed as soon as by single ones.
 */
export const MAX_ALIKE = 512;
