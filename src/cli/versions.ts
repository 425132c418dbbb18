/** Numbers that a version can have. */
export const VERSIONS = { least: 1, most: Number.MAX_SAFE_INTEGER };

/** A version to replace; 0: there is none yet. */
export const VERSIONS_TO_REPLACE = { least: 0, most: Number.MAX_SAFE_INTEGER };
