import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Failpoints } from '../failpoints.js';
import { hasCode } from './disk-errors.js';

/** Brings files and folders to the disk, unless durability is left to the operating system. */
export class Durable {
  constructor(
    private readonly mode: 'fsync' | 'os',
    private readonly failpoints: Failpoints,
  ) {}

  async file(handle: FileHandle): Promise<void> {
    if (this.mode === 'os') return;
    await handle.sync();
    await this.failpoints.hit('sync.file');
  }

  /** Makes the entries of a folder durable. */
  async folder(path: string): Promise<void> {
    if (this.mode === 'os') return;
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } catch (error) {
      // Some file systems cannot sync a folder and need not: their renames are durable.
      if (!hasCode(error, 'EINVAL', 'ENOTSUP')) throw error;
    } finally {
      await handle.close();
    }
    await this.failpoints.hit('sync.folder');
  }

  /** Every folder from the one that holds `path` up to and with `top`. */
  async ancestors(path: string, top: string): Promise<void> {
    for (let at = dirname(path); at.length >= top.length; at = dirname(at)) {
      await this.folder(at);
      if (at === top) return;
    }
  }
}
