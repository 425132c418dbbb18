/** Longest line of a reply: type, number or an error's sentence. A server's sentence is far shorter. */
export const MAX_LINE_BYTES = 64 * 1024;

/** Deepest nesting of a reply; Candado's own go three deep. */
export const MAX_DEPTH = 16;

/** Largest announced count of an array or map, so that a broken peer's number reserves nothing. */
export const MAX_ITEMS = 1_000_000;

/** What one element is reckoned to cost in memory beside its bytes. */
export const ITEM_OVERHEAD_BYTES = 64;
