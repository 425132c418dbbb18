import { createHash } from 'node:crypto';
import { injectable } from 'inversify';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import { FileStore, type OpenFile, type VersionRecord } from '../file-store.js';
import type { Finding } from './finding.js';
import { StoreUpkeep } from './store-upkeep.js';

/** Names that are read at a time. */
const PAGE = 1000;

export interface CheckOptions {
  /** Put right what can be without losing anything. */
  readonly repair: boolean;
  /** Look at the sizes of contents only, without reading them. */
  readonly fast: boolean;
}

/** Told of what was looked at. */
export interface CheckProgress {
  file(): void;
  read(bytes: number): void;
}

/**
 * Checks a whole store, while it is used or not: what looks wrong is looked at again, for heads
 * move and versions are pruned meanwhile. Knows nothing of where the store keeps its files.
 *
 * Throws FileStoreUnavailable where the store itself cannot be read.
 */
@injectable()
export class StoreCheck {
  constructor(
    private readonly files: FileStore,
    private readonly upkeep: StoreUpkeep,
  ) {}

  async *run(
    options: CheckOptions,
    progress: CheckProgress,
  ): AsyncGenerator<Finding, void, undefined> {
    let after: string | undefined;
    do {
      const query = { count: PAGE, deleted: true, ...(after === undefined ? {} : { after }) };
      const { names, next } = await this.files.list(query);
      for (const name of names) {
        yield* this.#file(name, options, progress);
        progress.file();
      }
      after = next;
    } while (after !== undefined);
    yield* this.upkeep.leftovers(options.repair);
  }

  async *#file(
    name: FileName,
    options: CheckOptions,
    progress: CheckProgress,
  ): AsyncGenerator<Finding, void, undefined> {
    try {
      // Reading the head adopts a plain file, which then has versions to check.
      const head = await this.files.head(name);
      const records = await this.files.history(name);
      if (records.length === 0) {
        if (head !== undefined && head.version > 0) yield* this.#withoutRecords(name);
        return;
      }
      yield* this.#chain(name, records);
      for (const record of records) yield* this.#content(name, record, options, progress);
      yield* await this.upkeep.derived(name, options.repair);
    } catch (error) {
      if (!(error instanceof FileStoreUnavailable)) throw error;
      yield { code: 'HEAD', name, what: error.message, repaired: false };
    }
  }

  async *#withoutRecords(name: FileName): AsyncGenerator<Finding, void, undefined> {
    if ((await this.files.history(name)).length > 0) return;
    yield finding('RECORD', name, undefined, 'the record of the newest version is missing');
  }

  async *#chain(
    name: FileName,
    records: readonly VersionRecord[],
  ): AsyncGenerator<Finding, void, undefined> {
    for (const [at, { version }] of records.entries()) {
      const older = records[at + 1];
      if (older !== undefined && older.version >= version) {
        yield finding('RECORD', name, version, `it follows version ${older.version}`);
      }
    }
    if (await this.upkeep.isChainWhole(name)) return;
    const oldest = records.at(-1)?.version;
    yield finding('RECORD', name, oldest, 'the record of the version before it is missing');
  }

  async *#content(
    name: FileName,
    record: VersionRecord,
    { fast }: CheckOptions,
    progress: CheckProgress,
  ): AsyncGenerator<Finding, void, undefined> {
    const { version, deleted } = record;
    if (deleted) return;
    const wrong = await this.#wrongWith(name, record, fast, progress);
    if (wrong === undefined) return;
    // It may have been pruned since its record was read.
    const kept = await this.files.history(name);
    if (!kept.some((one) => one.version === version)) return;
    yield finding('CONTENT', name, version, wrong);
  }

  async #wrongWith(
    name: FileName,
    record: VersionRecord,
    fast: boolean,
    progress: CheckProgress,
  ): Promise<string | undefined> {
    let file: OpenFile | undefined;
    try {
      file = await this.files.openFile(name, record.version);
      if (file === undefined) return 'its content is missing';
      return fast
        ? await this.#wrongSize(file, record)
        : await this.#wrongBytes(file, record, progress);
    } catch (error) {
      if (error instanceof FileStoreUnavailable) return error.message;
      throw error;
    } finally {
      await file?.[Symbol.asyncDispose]();
    }
  }

  /** The last byte is there if all are. */
  async #wrongSize(file: OpenFile, { size }: VersionRecord): Promise<string | undefined> {
    if (size === 0) return undefined;
    for await (const chunk of file.read(size - 1, 1)) if (chunk.length === 1) return undefined;
    return 'its content is shorter than recorded';
  }

  async #wrongBytes(
    file: OpenFile,
    { size, sha256 }: VersionRecord,
    progress: CheckProgress,
  ): Promise<string | undefined> {
    const hash = createHash('sha256');
    for await (const chunk of file.read(0, size)) {
      hash.update(chunk);
      progress.read(chunk.length);
    }
    const found = hash.digest('hex');
    return found === sha256 ? undefined : `its content has sha256 ${found}, and not ${sha256}`;
  }
}

function finding(
  code: Finding['code'],
  name: FileName,
  version: number | undefined,
  what: string,
): Finding {
  return { code, name, ...(version === undefined ? {} : { version }), what, repaired: false };
}
