import { injectable } from 'inversify';
import { FileNameTaken, FileNameUnfit, FileStoreUnavailable, FileTooBig } from '../errors.js';
import type { FileName } from '../file-name.js';
import { FileStore } from '../file-store.js';
import type { Finding } from './finding.js';
import { StoreUpkeep } from './store-upkeep.js';

/** Names that are read at a time. */
const PAGE = 1000;

export type AdoptionResult =
  | { readonly kind: 'adopted'; readonly name: FileName }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly name: FileName; readonly why: string }
  /** A plain file that is no version, or something that is no file. */
  | { readonly kind: 'found'; readonly finding: Finding };

/** Makes version 1 of every plain file that has none yet, and tells of those put there by hand. */
@injectable()
export class StoreAdoption {
  constructor(
    private readonly files: FileStore,
    private readonly upkeep: StoreUpkeep,
  ) {}

  async *run(): AsyncGenerator<AdoptionResult, void, undefined> {
    let after: string | undefined;
    do {
      const query = { count: PAGE, ...(after === undefined ? {} : { after }) };
      const { names, next } = await this.files.list(query);
      for (const name of names) yield* this.#look(name);
      after = next;
    } while (after !== undefined);
  }

  async *#look(name: FileName): AsyncGenerator<AdoptionResult, void, undefined> {
    try {
      if (await this.upkeep.isKnown(name)) yield* this.#strange(name);
      else yield await this.#adopt(name);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      yield { kind: 'refused', name, why: error.message };
    }
  }

  async *#strange(name: FileName): AsyncGenerator<AdoptionResult, void, undefined> {
    for (const finding of await this.upkeep.derived(name, false)) {
      if (finding.code !== 'VIEW') yield { kind: 'found', finding };
    }
  }

  async #adopt(name: FileName): Promise<AdoptionResult> {
    const head = await this.files.head(name);
    if (head?.content !== undefined) return { kind: 'adopted', name };
    return { kind: 'refused', name, why: 'it was taken away, or its name is taken by another' };
  }
}

const REFUSALS = [FileStoreUnavailable, FileTooBig, FileNameTaken, FileNameUnfit] as const;

/** Whether only this one file is not taken. */
function isRefusal(error: unknown): error is Error {
  return REFUSALS.some((type) => error instanceof type);
}
