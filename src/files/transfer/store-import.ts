import { injectable } from 'inversify';
import { type Extract, extract, type Header } from 'tar-stream';
import type { FileName } from '../file-name.js';
import { FileStore } from '../file-store.js';
import {
  type ArchivedVersion,
  LAST_ENTRY,
  parseArchived,
  RECORD_KEYWORD,
} from './archive-entry.js';
import { EntryContent } from './entry-content.js';
import { asError, writeTo } from './tar-streams.js';
import { VersionImport } from './version-import.js';

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
  /** Of this file only what comes behind is imported. */
  passedOver(name: FileName, version: number, why: string): void;
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
    const importing = new Importing(this.files, progress);
    const entries = extract();
    const fed = feed(archive, entries);
    let isWhole = false;
    try {
      for await (const entry of entries) {
        isWhole = entry.header.name === LAST_ENTRY;
        const content = new EntryContent(entry);
        if (isWhole) importing.end();
        else await importing.take(versionOf(entry.header), content.read());
        await content.finish();
      }
    } catch (error) {
      throw isOfTar(error) ? damaged(error.message, error) : error;
    } finally {
      entries.destroy();
      await fed;
    }
    if (!isWhole) throw damaged('its last entry is missing', undefined);
  }
}

/** One archive on its way in. */
class Importing {
  readonly #versions: VersionImport;
  readonly #refused = new Set<FileName>();
  /** The last version, if nothing says yet that the store's history is the archive's. */
  #unproven: ArchivedVersion | undefined;

  constructor(
    files: FileStore,
    private readonly progress: ImportProgress,
  ) {
    this.#versions = new VersionImport(files);
  }

  async take(archived: ArchivedVersion, content: AsyncIterable<Buffer>): Promise<void> {
    const { name, record } = archived;
    if (this.#unproven?.name !== name) this.end();
    if (this.#refused.has(name)) return;
    const became = await this.#versions.take(archived, content);
    this.#unproven = became.outcome === 'older' ? archived : undefined;
    switch (became.outcome) {
      case 'imported':
        this.progress.imported(name, record.size);
        return;
      case 'known':
      case 'older':
        this.progress.known(name);
        return;
      case 'passed over':
        this.progress.passedOver(name, record.version, became.why);
        return;
      case 'refused':
        this.#refuse(name, became.why);
    }
  }

  /** Nothing more of the last file comes. */
  end(): void {
    if (this.#unproven !== undefined) {
      this.#refuse(this.#unproven.name, 'the store has only newer versions of it');
    }
    this.#unproven = undefined;
  }

  #refuse(name: FileName, why: string): void {
    this.#refused.add(name);
    this.progress.refused(name, why);
    if (this.#refused.size <= MAX_REFUSED) return;
    throw new ArchiveError(`more than ${MAX_REFUSED} files are refused: is this the right store?`);
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
