/** Lengths of time that a server takes, in milliseconds; what it allows within them is its say. */
export const WAITS = { least: 0, most: 86_400_000 };
export const TTLS = { least: 1, most: 86_400_000 };
