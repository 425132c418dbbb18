/** What one connection may be subscribed to. */

/** Channels and patterns together: each costs memory as long as it lives. */
export const MAX_SUBSCRIPTIONS = 1000;

/** Its channels' names together, in bytes: a name alone may have a thousand. */
export const MAX_CHANNEL_BYTES = 256 * 1024;

/** Every event of every file is compared with each pattern. */
export const MAX_PATTERNS = 100;

/**
 * Its patterns together, in bytes. Times the length of a name it bounds what comparing all of them
 * takes at worst: some milliseconds, during which nothing else is done.
 */
export const MAX_PATTERN_BYTES = 8 * 1024;
