import { injectable } from 'inversify';
import { type Extract, extract, type Header } from 'tar-stream';
import { ContentDiffers, FileNameTaken, FileTooBig } from '../errors.js';
import type { FileName } from '../file-name.js';
import { FileStore, type VersionRecord } from '../file-store.js';
import type { Head } from '../head.js';
import {
  type ArchivedVersion,
  LAST_ENTRY,
  parseArchived,
  RECORD_KEYWORD,
} from './archive-entry.js';
import { asError, bytesOf, writeTo } from './tar-streams.js';

/** Files of which something was refused; a whole archive of them is not worth reading on. */
const MAX_REFUSED = 10_000;

/** Bytes are not an archive that an export wrote, or not the whole of one. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Told of what became of the archive. */
export interface ImportProgress {
  imported(name: FileName, bytes: number): void;
  /** It is there already, exactly as the archive has it. */
  known(name: FileName): void;
  /** Nothing more of this file is imported. */
  refused(name: FileName, why: string): void;
}

/**
 * Takes an archive of {@link StoreExport} into a store that others may be using. Every version is
 * swapped in from exactly the head that was seen, so nothing that is there is changed or hidden:
 * a file with another history is refused as a whole, one that is there in part is gone on with.
 */
@injectable()
export class StoreImport {
  constructor(private readonly files: FileStore) {}

  /**
   * @throws {ArchiveError} where the archive is damaged or cut off; what came before it is imported,
   *   and importing the archive again goes on behind that
   */
  async run(archive: AsyncIterable<Uint8Array>, progress: ImportProgress): Promise<void> {
    const refused = new Set<FileName>();
    const entries = extract();
    const fed = feed(archive, entries);
    let isWhole = false;
    try {
      for await (const entry of entries) {
        isWhole = entry.header.name === LAST_ENTRY;
        if (!isWhole)
          await this.#takeUnless(refused, versionOf(entry.header), bytesOf(entry), progress);
        entry.resume();
      }
    } catch (error) {
      throw isOfTar(error) ? damaged(error.message, error) : error;
    } finally {
      entries.destroy();
      await fed;
    }
    if (!isWhole) throw damaged('its last entry is missing', undefined);
  }

  async #takeUnless(
    refused: Set<FileName>,
    version: ArchivedVersion,
    content: AsyncIterable<Buffer>,
    progress: ImportProgress,
  ): Promise<void> {
    if (refused.has(version.name)) return;
    const why = await this.#take(version, content, progress);
    if (why === undefined) return;
    refused.add(version.name);
    progress.refused(version.name, why);
    if (refused.size > MAX_REFUSED) {
      throw new ArchiveError(
        `more than ${MAX_REFUSED} files are refused: is this the right store?`,
      );
    }
  }

  /** @returns why nothing more of the file may be imported */
  async #take(
    { name, record }: ArchivedVersion,
    content: AsyncIterable<Buffer>,
    progress: ImportProgress,
  ): Promise<string | undefined> {
    const from = await this.#headOf(name);
    if (typeof from === 'string') return from;
    const { version } = record;
    if (from.version >= version) {
      if (!(await this.#isThere(name, record))) return 'the store has another history of it';
      progress.known(name);
      return undefined;
    }
    if (from.token > record.token) return 'somebody has locked it, or changed it since';
    try {
      const staged = await this.files.stageCopy(from, record, content);
      const { outcome } = await this.files.publish(staged);
      if (outcome !== 'published') return 'somebody changed it at this moment';
    } catch (error) {
      if (error instanceof FileTooBig) return error.message;
      if (error instanceof ContentDiffers) {
        return `version ${version} is damaged in the archive: ${error.message}`;
      }
      throw error;
    }
    progress.imported(name, record.size);
    return undefined;
  }

  async #headOf(name: FileName): Promise<Head | string> {
    try {
      return await this.files.ensureHead(name);
    } catch (error) {
      if (error instanceof FileNameTaken) return error.message;
      throw error;
    }
  }

  /** A version that was pruned here, of a history that goes on as the archive's does, is there. */
  async #isThere(name: FileName, { version, sha256, modified }: VersionRecord): Promise<boolean> {
    const history = await this.files.history(name);
    const oldest = history.at(-1)?.version ?? 0;
    const same = history.find((one) => one.version === version);
    if (same === undefined) return version < oldest;
    return same.sha256 === sha256 && same.modified === modified;
  }
}

function versionOf({ pax, name }: Header): ArchivedVersion {
  const version = parseArchived(keyword(pax));
  if (version !== undefined) return version;
  throw new ArchiveError(`"${name}" was not written by candado export`);
}

function keyword(pax: unknown): string {
  if (typeof pax !== 'object' || pax === null || !(RECORD_KEYWORD in pax)) return '';
  return String(pax[RECORD_KEYWORD]);
}

/** What fails, of the source too, shows where the entries are read. */
async function feed(archive: AsyncIterable<Uint8Array>, entries: Extract): Promise<void> {
  try {
    for await (const chunk of archive) {
      await writeTo(entries, chunk);
      if (entries.destroying) return;
    }
    entries.end(undefined);
  } catch (error) {
    entries.destroy(asError(error));
  }
}

function damaged(how: string, cause: Error | undefined): ArchiveError {
  const message = `the archive is damaged or cut off (${how}); what came before that is imported`;
  return new ArchiveError(message, { cause });
}

/** Its errors have no type of their own. */
function isOfTar(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /^(Invalid (tar )?header|Unexpected end of data|Header exceeds)/i.test(error.message)
  );
}
