import { injectable } from 'inversify';
import { pack } from 'tar-stream';
import { FileNameUnfit, FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { FileName } from '../file-name.js';
import { FileStore, type OpenFile, type VersionRecord } from '../file-store.js';
import { isOfStorage } from '../storage-errors.js';
import { ArchiveWriter } from './archive-writer.js';
import { asError, bytesOf } from './tar-streams.js';

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
  /** A content that is missing or not what was written; an import will pass it over. */
  damaged(name: FileName, version: number, why: string): void;
  /** A file of which nothing, or nothing more, could be read. */
  skipped(name: FileName, why: string): void;
}

/** The head or the records of one file cannot be read, or it cannot be adopted. */
class FileSkipped extends Error {
  override readonly name = 'FileSkipped';
}

/** One export on its way. */
interface Running {
  readonly archive: ArchiveWriter;
  readonly currentOnly: boolean;
  readonly progress: ExportProgress;
}

interface FileRunning extends Running {
  readonly name: FileName;
  /** The token of its head before anything else was read of it. */
  readonly fence: number;
}

/** What became of one version. */
type Written = 'written' | 'damaged' | 'pruned';

/**
 * A store as a tar archive (POSIX.1-2001 pax), made while others go on writing: of each file, what
 * it was at one moment. `files/<name>` is its newest content, the versions before it lie in
 * `history/<name>/<version>`; every entry has its record. See `docs/backup.md`.
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
    const running = {
      archive: new ArchiveWriter(archive),
      currentOnly: options.currentOnly,
      progress,
    };
    const written = this.#writeFiles(running, options.pattern).then(
      () => {
        if (archive.destroying) return;
        running.archive.end();
        archive.finalize();
      },
      (error: unknown) => archive.destroy(asError(error)),
    );
    try {
      yield* bytesOf(archive);
    } finally {
      archive.destroy();
      await written;
    }
  }

  async #writeFiles(running: Running, pattern: string | undefined): Promise<void> {
    let after: string | undefined;
    do {
      const { names, next } = await this.files.list({
        count: PAGE,
        deleted: !running.currentOnly,
        ...(pattern === undefined ? {} : { pattern }),
        ...(after === undefined ? {} : { after }),
      });
      for (const name of names) {
        try {
          // Before the history: whoever writes later has a token that is not below it.
          const fence = (await ofOneFile(() => this.files.head(name)))?.token ?? 0;
          if (await this.#writeFile({ ...running, name, fence })) running.progress.file();
        } catch (error) {
          if (!(error instanceof FileSkipped)) throw error;
          running.progress.skipped(name, error.message);
        }
      }
      after = next;
    } while (after !== undefined);
  }

  /**
   * Where the newest version is pruned before it is in the archive, those that followed are added.
   * @returns whether there was anything to write
   */
  async #writeFile(running: FileRunning): Promise<boolean> {
    let done = 0;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { newest, older } = await this.#wanted(running, done);
      if (newest === undefined) return done > 0;
      for (const record of older) {
        const became = await this.#writeVersion(running, record, false);
        if (became === 'pruned') await this.#tellMissing(running, record.version);
        done = record.version;
      }
      const became = await this.#writeVersion(running, newest, true);
      if (became === 'written') return true;
      if (became === 'damaged') done = newest.version;
    }
    const message = `the newest version of "${running.name}" is pruned faster than it can be read`;
    throw new FileStoreUnavailable(message, false);
  }

  /** What is to be written of a file above the version `done`; the older ones oldest first. */
  async #wanted(
    { name, currentOnly }: FileRunning,
    done: number,
  ): Promise<{ newest?: VersionRecord; older: readonly VersionRecord[] }> {
    const [newest, ...rest] = await ofOneFile(() => this.files.history(name));
    if (newest === undefined || newest.version <= done) return { older: [] };
    if (!currentOnly) {
      return { newest, older: rest.filter(({ version }) => version > done).toReversed() };
    }
    return newest.deleted ? { older: [] } : { newest, older: [] };
  }

  async #tellMissing({ name, progress }: FileRunning, version: number): Promise<void> {
    const history = await ofOneFile(() => this.files.history(name));
    const isKept = history.some((record) => record.version === version);
    if (isKept) progress.damaged(name, version, 'its content is missing');
    else progress.leftOut(name, version);
  }

  async #writeVersion(
    { archive, name, fence, progress }: FileRunning,
    record: VersionRecord,
    isNewest: boolean,
  ): Promise<Written> {
    const { version, deleted, size, token } = record;
    let file: OpenFile | undefined;
    let damage: string | undefined;
    try {
      file = deleted ? undefined : await this.files.openFile(name, version);
    } catch (error) {
      if (!isOfStorage(error)) throw error;
      progress.damaged(name, version, error.message);
      return 'damaged';
    }
    if (!deleted && file === undefined) return 'pruned';
    try {
      const isBehind = isNewest && fence > token;
      damage = await archive.write(
        { name, record, ...(isBehind ? { fence } : {}) },
        file,
        isNewest,
      );
    } finally {
      await file?.[Symbol.asyncDispose]();
    }
    progress.version(size);
    if (damage === undefined) return 'written';
    progress.damaged(name, version, damage);
    return 'damaged';
  }
}

/** Where the store itself is out of reach, the next page of names says so. */
async function ofOneFile<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isOfOne =
      isOfStorage(error) || error instanceof FileTooBig || error instanceof FileNameUnfit;
    throw isOfOne ? new FileSkipped(error.message, { cause: error }) : error;
  }
}
