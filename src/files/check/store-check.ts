import { createHash } from 'node:crypto';
import { injectable } from 'inversify';
import type { FileName } from '../file-name.js';
import { FileStore, type OpenFile, type VersionRecord } from '../file-store.js';
import type { Finding, FindingCode } from './finding.js';
import { type KeptVersion, StoreUpkeep } from './store-upkeep.js';

/** Problems remembered as told; beyond it one that is met in two ways may be told twice. */
const MAX_TOLD = 10_000;

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
 * move and versions are pruned meanwhile. Knows nothing of where the store keeps its files, and
 * changes nothing without being asked to repair.
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
    const told = new Set<string>();
    for await (const finding of this.#all(options, progress)) {
      // A damaged head is met again with every version that it leads to.
      const mark = `${finding.code} ${finding.code === 'HEAD' ? finding.name : finding.what}`;
      const mayRepeat = finding.code === 'HEAD' || finding.code === 'RECORD';
      if (mayRepeat && finding.version === undefined) {
        if (told.has(mark)) continue;
        if (told.size < MAX_TOLD) told.add(mark);
      }
      yield finding;
    }
  }

  async *#all(
    options: CheckOptions,
    progress: CheckProgress,
  ): AsyncGenerator<Finding, void, undefined> {
    for await (const found of this.upkeep.heads(options.repair)) {
      if (found.kind === 'problem') yield found.finding;
      else yield* this.#file(found.name, options, progress);
    }
    yield* this.upkeep.leftovers(options.repair);
  }

  async *#file(
    name: FileName,
    options: CheckOptions,
    progress: CheckProgress,
  ): AsyncGenerator<Finding, void, undefined> {
    const kept = await this.#orDamage('HEAD', name, () => this.upkeep.kept(name));
    if ('code' in kept) {
      yield kept;
      return;
    }
    yield* kept.problems;
    if (kept.versions.length === 0) return;
    for (const version of kept.versions) yield* this.#content(name, version, options, progress);
    const derived = await this.#orDamage('VIEW', name, () =>
      this.upkeep.derived(name, options.repair),
    );
    if ('code' in derived) yield derived;
    else yield* derived;
    progress.file();
  }

  async *#content(
    name: FileName,
    version: KeptVersion,
    { fast }: CheckOptions,
    progress: CheckProgress,
  ): AsyncGenerator<Finding, void, undefined> {
    const { record } = version;
    if (record.deleted) return;
    const wrong =
      wrongSize(version) ?? (fast ? undefined : await this.#wrongBytes(name, record, progress));
    if (wrong === undefined) return;
    // It may have been pruned since its record was read.
    const now = await this.#orDamage('CONTENT', name, () => this.upkeep.kept(name));
    const isKept =
      'code' in now || now.versions.some((one) => one.record.version === record.version);
    if (isKept)
      yield { code: 'CONTENT', name, version: record.version, what: wrong, repaired: false };
  }

  async #wrongBytes(
    name: FileName,
    { version, size, sha256 }: VersionRecord,
    progress: CheckProgress,
  ): Promise<string | undefined> {
    const hash = createHash('sha256');
    let file: OpenFile | undefined;
    try {
      file = await this.files.openFile(name, version);
      if (file === undefined) return 'its content is missing';
      for await (const chunk of file.read(0, size)) {
        hash.update(chunk);
        progress.read(chunk.length);
      }
    } catch (error) {
      if (this.upkeep.isDamage(error)) return `its content cannot be read: ${error.message}`;
      throw error;
    } finally {
      await file?.[Symbol.asyncDispose]();
    }
    const found = hash.digest('hex');
    return found === sha256 ? undefined : `its content has sha256 ${found}, and not ${sha256}`;
  }

  async #orDamage<T extends object>(
    code: FindingCode,
    name: FileName,
    look: () => Promise<T>,
  ): Promise<T | Finding> {
    try {
      return await look();
    } catch (error) {
      if (!this.upkeep.isDamage(error)) throw error;
      return { code, name, what: error.message, repaired: false };
    }
  }
}

function wrongSize({ record: { size }, storedBytes }: KeptVersion): string | undefined {
  if (storedBytes === undefined) return 'its content is missing';
  return storedBytes === size ? undefined : `its content has ${storedBytes} bytes, and not ${size}`;
}
