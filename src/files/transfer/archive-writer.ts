import { createHash } from 'node:crypto';
import type { Pack } from 'tar-stream';
import type { OpenFile } from '../file-store.js';
import { isOfStorage } from '../storage-errors.js';
import {
  type ArchivedVersion,
  entryPath,
  formatArchived,
  LAST_ENTRY,
  RECORD_KEYWORD,
} from './archive-entry.js';
import { type Sink, writeTo } from './tar-streams.js';

/** A step of what stands in for what cannot be read. */
const FILL_BYTES = 64 * 1024;

/** The entries of an archive, one after the other. */
export class ArchiveWriter {
  constructor(private readonly archive: Pack) {}

  /**
   * An entry has to be as long as it says, so what cannot be read is made up with zeros.
   * @param file absent for a deletion
   * @returns why the content is not what its record says; undefined where it is
   */
  async write(
    version: ArchivedVersion,
    file: OpenFile | undefined,
    isNewest: boolean,
  ): Promise<string | undefined> {
    const { size, sha256, modified } = version.record;
    const entry = this.archive.entry({
      name: entryPath(version, isNewest),
      size,
      mtime: new Date(modified / 1000),
      pax: { [RECORD_KEYWORD]: formatArchived(version) },
    });
    // Whoever reads the archive is told.
    entry.on('error', () => undefined);
    const hash = createHash('sha256');
    let written = 0;
    let damage: string | undefined;
    try {
      for await (const chunk of file?.read(0, size) ?? []) {
        hash.update(chunk);
        written += chunk.length;
        await writeTo(entry, chunk);
        if (this.archive.destroying) return undefined;
      }
      if (hash.digest('hex') !== sha256) damage = 'its content is not what was written';
    } catch (error) {
      if (!isOfStorage(error)) throw error;
      damage = error.message;
    }
    await this.#fill(entry, size - written);
    await ended(entry);
    return damage;
  }

  /** Without this an archive counts as cut off. */
  end(): void {
    this.archive.entry({ name: LAST_ENTRY }, `${JSON.stringify({ format: 1 })}\n`);
  }

  async #fill(entry: Sink, bytes: number): Promise<void> {
    for (let left = bytes; left > 0 && !this.archive.destroying; left -= FILL_BYTES) {
      // Each of its own: chunks belong to whoever gets them.
      await writeTo(entry, Buffer.alloc(Math.min(left, FILL_BYTES)));
    }
  }
}

/** The next entry may begin when this one is over. */
async function ended(entry: Sink): Promise<void> {
  entry.end(undefined);
  if (entry.destroyed) return;
  await new Promise<void>((resolve) => {
    entry.on('close', () => resolve());
  });
}
