import { createHash } from 'node:crypto';
import { injectable } from 'inversify';
import { type Pack, pack } from 'tar-stream';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import { FileStore, type OpenFile, type VersionRecord } from '../file-store.js';
import { entryPath, formatArchived, LAST_ENTRY, RECORD_KEYWORD } from './archive-entry.js';
import { asError, bytesOf, type Sink, writeTo } from './tar-streams.js';

/** Names that are read at a time. */
const PAGE = 1000;

/** Each try is lost only if the newest version was pruned between reading of it and opening it. */
const MAX_TRIES = 16;

export interface ExportOptions {
  /** A glob; all files if absent. */
  readonly pattern?: string;
  /** Only the newest version of each file that is not deleted. */
  readonly currentOnly: boolean;
}

/** Told of what was written. */
export interface ExportProgress {
  file(): void;
  version(bytes: number): void;
  /** An old version that was pruned before its turn came; the archive is whole without it. */
  leftOut(name: FileName, version: number): void;
  /** A content that is not what was written; an import will refuse it. */
  damaged(name: FileName, version: number): void;
}

interface Opened {
  readonly record: VersionRecord;
  /** Absent for a deletion. */
  readonly file: OpenFile | undefined;
}

/**
 * A store as a tar archive (POSIX.1-2001 pax), made while others go on writing: of each file, what
 * it was at one moment. `files/<name>` is its newest content, the versions before it lie in
 * `history/<name>/<version>`; every entry has its record.
 */
@injectable()
export class StoreExport {
  constructor(private readonly files: FileStore) {}

  /**
   * The bytes of the archive. What fails ends it with its error: one without its last entry is
   * refused when it is read.
   */
  async *run(
    options: ExportOptions,
    progress: ExportProgress,
  ): AsyncGenerator<Buffer, void, undefined> {
    const archive = pack();
    const written = this.#write(archive, options, progress).then(
      () => archive.finalize(),
      (error: unknown) => archive.destroy(asError(error)),
    );
    try {
      yield* bytesOf(archive);
    } finally {
      archive.destroy();
      await written;
    }
  }

  async #write(archive: Pack, options: ExportOptions, progress: ExportProgress): Promise<void> {
    await this.#writeFiles(archive, options, progress);
    archive.entry({ name: LAST_ENTRY }, `${JSON.stringify({ format: 1 })}\n`);
  }

  async #writeFiles(
    archive: Pack,
    options: ExportOptions,
    progress: ExportProgress,
  ): Promise<void> {
    const { pattern, currentOnly } = options;
    let after: string | undefined;
    do {
      const { names, next } = await this.files.list({
        count: PAGE,
        deleted: !currentOnly,
        ...(pattern === undefined ? {} : { pattern }),
        ...(after === undefined ? {} : { after }),
      });
      for (const name of names) {
        if (await this.#writeFile(archive, name, currentOnly, progress)) progress.file();
      }
      after = next;
    } while (after !== undefined);
  }

  /** @returns whether there was anything to write */
  async #writeFile(
    archive: Pack,
    name: FileName,
    currentOnly: boolean,
    progress: ExportProgress,
  ): Promise<boolean> {
    const newest = await this.#openNewest(name);
    if (newest === undefined || (currentOnly && newest.record.deleted)) {
      await newest?.file?.[Symbol.asyncDispose]();
      return false;
    }
    try {
      const older = currentOnly ? [] : (await this.files.history(name)).toReversed();
      for (const record of older) {
        if (record.version >= newest.record.version) break;
        await this.#writeOlder(archive, name, record, progress);
      }
      await this.#writeVersion(archive, name, newest, true, progress);
      return true;
    } finally {
      await newest.file?.[Symbol.asyncDispose]();
    }
  }

  /** Opened first, for it is the one that must not be missing. */
  async #openNewest(name: FileName): Promise<Opened | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const [record] = await this.files.history(name);
      if (record === undefined) return undefined;
      if (record.deleted) return { record, file: undefined };
      const file = await this.files.openFile(name, record.version);
      if (file !== undefined) return { record, file };
    }
    throw new FileStoreUnavailable(`the newest content of "${name}" cannot be opened`, false);
  }

  async #writeOlder(
    archive: Pack,
    name: FileName,
    record: VersionRecord,
    progress: ExportProgress,
  ): Promise<void> {
    const { version, deleted } = record;
    const file = deleted ? undefined : await this.files.openFile(name, version);
    if (!deleted && file === undefined) {
      progress.leftOut(name, version);
      return;
    }
    try {
      await this.#writeVersion(archive, name, { record, file }, false, progress);
    } finally {
      await file?.[Symbol.asyncDispose]();
    }
  }

  async #writeVersion(
    archive: Pack,
    name: FileName,
    { record, file }: Opened,
    isNewest: boolean,
    progress: ExportProgress,
  ): Promise<void> {
    const version = { name, record };
    const entry = archive.entry({
      name: entryPath(version, isNewest),
      size: record.size,
      mtime: new Date(record.modified / 1000),
      pax: { [RECORD_KEYWORD]: formatArchived(version) },
    });
    // Whoever reads the archive is told.
    entry.on('error', () => undefined);
    const hash = createHash('sha256');
    if (file !== undefined) {
      for await (const chunk of file.read(0, record.size)) {
        hash.update(chunk);
        await writeTo(entry, chunk);
        if (archive.destroying) return;
      }
      if (hash.digest('hex') !== record.sha256) progress.damaged(name, record.version);
    }
    await ended(entry);
    progress.version(record.size);
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
