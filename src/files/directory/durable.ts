import { closeSync, fsync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Failpoints } from '../failpoints.js';
import { hasCode } from './disk-errors.js';
import { Mount } from './mount.js';

const sync = promisify(fsync);

/** Brings files and folders to the disk, unless durability is left to the operating system. */
export class Durable {
  constructor(
    private readonly mode: 'fsync' | 'os',
    private readonly failpoints: Failpoints,
    private readonly mount = new Mount(),
  ) {}

  async file({ fd }: { readonly fd: number }): Promise<void> {
    if (this.mode === 'os') return;
    await sync(fd);
    await this.failpoints.hit('sync.file');
  }

  /** Makes the entries of a folder durable. */
  async folder(path: string): Promise<void> {
    if (this.mode === 'os') return;
    if (this.mount.isLocal) await syncLocal(path);
    else await syncElsewhere(path);
    await this.failpoints.hit('sync.folder');
  }

  /**
   * Makes the entries of folders durable before a head is swapped to what lies in them. Where the
   * disk keeps their order, the head's own folder brings them with it once it is made durable.
   */
  async foldersAhead(...paths: readonly string[]): Promise<void> {
    if (this.mount.keepsOrder) return;
    await Promise.all(paths.map((path) => this.folder(path)));
  }

  /** A file and the folder that it was renamed into, both at once. The file may be closed after this. */
  async fileWithFolderAhead(file: { readonly fd: number }, folder: string): Promise<void> {
    if (this.mount.bringsEntries) return await this.file(file);
    const both = await Promise.allSettled([this.file(file), this.foldersAhead(folder)]);
    for (const one of both) if (one.status === 'rejected') throw one.reason;
  }

  /** As {@link foldersAhead}: every folder from the one that holds `path` up to and with `top`. */
  async ancestorsAhead(path: string, top: string): Promise<void> {
    const folders: string[] = [];
    for (let at = dirname(path); at.length >= top.length; at = dirname(at)) folders.push(at);
    await this.foldersAhead(...folders);
  }
}

/** Opening and closing are not worth a trip through the thread pool; see {@link Mount.isLocal}. */
async function syncLocal(path: string): Promise<void> {
  const descriptor = openSync(path, 'r');
  try {
    await syncEntries(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

async function syncElsewhere(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await syncEntries(handle.fd);
  } finally {
    await handle.close();
  }
}

async function syncEntries(descriptor: number): Promise<void> {
  try {
    await sync(descriptor);
  } catch (error) {
    // Some file systems cannot sync a folder and need not: their renames are durable.
    if (!hasCode(error, 'EINVAL', 'ENOTSUP')) throw error;
  }
}
