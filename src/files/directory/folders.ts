import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './disk-errors.js';

/** One folder, unless it is there; nothing above it is made. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/**
 * A folder and those above it. Not by the recursion of Node.js, which reports "not found" where the
 * disk is read-only.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    const above = dirname(path);
    if (!hasCode(error, 'ENOENT') || above === path) throw error;
    await makeFolders(above);
    await makeFolder(path);
  }
}
