import type { FileName } from '../file-name.js';
import type { VersionRecord } from '../file-store.js';
import { isOfStorage } from '../storage-errors.js';
import type { Finding } from './finding.js';

/** A name that has a head, or something wrong with the heads. */
export type HeadFound =
  | { readonly kind: 'file'; readonly name: FileName }
  | { readonly kind: 'problem'; readonly finding: Finding };

/** One kept version as it lies in the store. */
export interface KeptVersion {
  readonly record: VersionRecord;
  /** Of its content; undefined where that is missing, 0 for a deletion. */
  readonly storedBytes: number | undefined;
}

/** What can be said of a file without reading its contents. */
export interface KeptVersions {
  /** Newest first, as far as their records can be read. */
  readonly versions: readonly KeptVersion[];
  /** What is wrong with the head and the records. */
  readonly problems: readonly Finding[];
}

/** What a check has to know of a store beside what everybody may ask of it. */
export abstract class StoreUpkeep {
  /** Whether the store has a history of this name: not of a plain file that was only put there. */
  abstract isKnown(name: FileName): Promise<boolean>;

  /**
   * Every name that has a head, in no order, also those without a version.
   * @param repair put right what can be made anew from nothing
   */
  abstract heads(repair: boolean): AsyncIterable<HeadFound>;

  /** The kept versions of a file, all of one moment. */
  abstract kept(name: FileName): Promise<KeptVersions>;

  /**
   * What is made from the newest version of a file and is not as it should be.
   * @param repair make it so, where that destroys nothing
   */
  abstract derived(name: FileName, repair: boolean): Promise<readonly Finding[]>;

  /**
   * What nobody will ever use and nobody is at work on, and what has lost its head.
   * @param repair remove what is of no use
   */
  abstract leftovers(repair: boolean): AsyncIterable<Finding>;

  /** Whether an error tells of something damaged, as opposed to a store that is out of reach. */
  isDamage(error: unknown): error is Error {
    return isOfStorage(error);
  }
}
