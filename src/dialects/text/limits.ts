/** Limits of the text dialect that configuration does not set, and why they are what they are. */

/** The practice's clients write and read this many bytes at a time. */
export const PIECE_BYTES = 20;

/** Longest line that can be a command: the longest name, its word, and a size of 16 digits. */
export const COMMAND_LINE_BYTES = 1_100;

/** A framed content up to this long that arrived with its command is handed over whole. */
export const WHOLE_CONTENT_BYTES = 64 * 1024;
