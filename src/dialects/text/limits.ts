/**
 * Everything a client can make the text dialect hold is bounded here, by `MAX_TEXT_BYTES` (the free
 * text that becomes content) or by the connection's limit on reading ahead.
 */

/**
 * The longest command line, its line break included; a longer one is free text. Eight times the
 * longest name, so that a name which is too long is still told so. A line that may yet become a
 * command is searched again with every read, which this keeps cheap.
 */
export const MAX_COMMAND_LINE_BYTES = 8 * 1024;

/**
 * A framed content up to this size that came together with its command is handed on as one
 * argument; anything else is streamed.
 */
export const MAX_WHOLE_CONTENT_BYTES = 64 * 1024;

/**
 * Files one connection may hold at a time. Their names are kept in order, since free text goes to
 * the one locked last; nobody who writes by hand needs as many.
 */
export const MAX_HELD_NAMES = 1000;

/** What is set aside at first for a free text that becomes content; doubled as it grows. */
export const FIRST_KEPT_BYTES = 4 * 1024;

/**
 * What a read that waits undecoded costs beside its bytes, counted into `bufferedBytes`: else a
 * client sending single bytes behind a slow command would take a hundred times the limit on
 * reading ahead.
 */
export const QUEUED_READ_COST_BYTES = 256;
