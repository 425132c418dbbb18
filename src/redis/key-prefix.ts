/** What every key and channel in Redis begins with, unless somebody says otherwise. */
export const DEFAULT_KEY_PREFIX = 'candado:';
