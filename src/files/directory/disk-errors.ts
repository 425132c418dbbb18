import { FileNameUnfit, FileStoreUnavailable } from '../errors.js';

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = errorCode(error);
  return code !== undefined && codes.includes(code);
}

export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && 'syscall' in error ? error.code : undefined;
}

/** What to do about an error of the file system, as a sentence for whoever reads the reply. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room below FILES_ROOT',
  EDQUOT: 'the disk quota is used up: make room below FILES_ROOT',
  EACCES: 'access below FILES_ROOT is denied: check its owner and permissions',
  EPERM: 'access below FILES_ROOT is denied: check its owner and permissions',
  EROFS: 'FILES_ROOT is mounted read-only: mount it writable',
  ENOENT: 'the store below FILES_ROOT is gone: check that its volume is mounted',
  ENOTDIR: 'the store below FILES_ROOT is damaged: something replaced one of its folders',
  EMFILE: 'too many files are open: raise the limit of open files',
  ENFILE: 'too many files are open: raise the limit of open files',
  ENAMETOOLONG: 'this file system cannot hold so long a name: choose a shorter one',
};

/** After these the operation certainly did not take place. */
const DEFINITE = new Set(Object.keys(ADVICE));

export function isDefinite(error: unknown): boolean {
  return DEFINITE.has(errorCode(error) ?? '');
}

/** The store's own error for an error of the file system. */
export function unavailable(cause: unknown, outcomeUnknown = false): FileStoreUnavailable {
  const code = errorCode(cause) ?? 'unknown error';
  const advice = ADVICE[code] ?? `the disk below FILES_ROOT failed (${code}): check it`;
  const end = outcomeUnknown ? '; whether the change took place is unknown' : '';
  return new FileStoreUnavailable(`${advice}${end}`, outcomeUnknown, { cause });
}

/**
 * Runs `work`; an error of the file system becomes {@link FileStoreUnavailable}, or
 * {@link FileNameUnfit}.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw hasCode(error, 'ENAMETOOLONG') ? new FileNameUnfit({ cause: error }) : unavailable(error);
  }
}
