/** Every limit of a connection that configuration does not set, and why it is what it is. */

/**
 * How many undecoded bytes may pile up behind a command that is still running. Reading on is how a
 * client that leaves is noticed while it waits for a lock; reading without end would let one
 * client fill the memory.
 */
export const READ_AHEAD_BYTES = 256 * 1024;

/** What is read at once at most: what Node itself reads at once. */
export const READ_BYTES = 64 * 1024;

/** Replies are handed to the socket at least this often while one read is being answered. */
export const REPLY_BATCH_BYTES = 64 * 1024;

/**
 * How long a client may leave replies unread before it is cut off. What it does not read stays in
 * this process's memory and keeps a file open.
 */
export const SLOW_READER_MS = 60_000;

/**
 * How much of what a client did not ask for (messages it subscribed to, pushes) may wait for it
 * while it is behind, in bytes. One that is further behind will not catch up by itself, and others
 * go on filling the memory.
 */
export const UNREAD_PUSH_BYTES = 1024 * 1024;

/** What a waiting message costs beside its texts. */
export const PUSH_COST_BYTES = 128;

/** How long a proxy may take for its PROXY header, which it sends at once. */
export const PROXY_HEADER_MS = 5_000;

/** A PROXY header of version 1 is at most this long, its line end included (PROXY spec, 2.1). */
export const PROXY_V1_BYTES = 107;

/** What is read of a version 2 header's addresses and extensions; the spec allows 64 KiB. */
export const PROXY_V2_BYTES = 4 * 1024;

/** How long a connection that was answered its last reply may stay half-open before it is cut. */
export const CLOSE_LINGER_MS = 1_000;
