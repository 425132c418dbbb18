import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { hasCode } from './disk-errors.js';
import { Mount } from './mount.js';

/** What a small file on the disk takes, without the thread pool where that is slower. */
export class QuickDisk {
  constructor(private readonly mount = new Mount()) {}

  /**
   * Writes a file that must not be there yet.
   * @param then what is done with it before it is closed
   */
  async write(
    path: string,
    bytes: Buffer,
    then: (file: { readonly fd: number }) => Promise<void>,
  ): Promise<void> {
    if (this.mount.isLocal) await writeLocal(path, bytes, then);
    else await writeElsewhere(path, bytes, then);
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.mount.isLocal) renameSync(from, to);
    else await rename(from, to);
  }

  /** All of a file; undefined where there is none. By a thread, for it may have to be fetched. */
  async read(path: string): Promise<Buffer | undefined> {
    try {
      return await readFile(path);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}

async function writeLocal(
  path: string,
  bytes: Buffer,
  then: (file: { readonly fd: number }) => Promise<void>,
): Promise<void> {
  const fd = openSync(path, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    await then({ fd });
  } finally {
    closeSync(fd);
  }
}

async function writeElsewhere(
  path: string,
  bytes: Buffer,
  then: (file: { readonly fd: number }) => Promise<void>,
): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await then(handle);
  } finally {
    await handle.close();
  }
}
