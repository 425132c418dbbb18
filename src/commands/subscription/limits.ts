/** Channels and patterns of one connection together: each costs memory as long as it lives. */
export const MAX_SUBSCRIPTIONS = 1000;

/** Patterns of one connection: every event of every file is compared with each. */
export const MAX_PATTERNS = 100;

/** Longest pattern, in bytes; with the length of names it bounds what one comparison takes. */
export const MAX_PATTERN_BYTES = 1024;
