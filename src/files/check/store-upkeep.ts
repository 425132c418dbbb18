import type { FileName } from '../file-name.js';
import type { Finding } from './finding.js';

/** What a check has to know of a store beside its versions. */
export abstract class StoreUpkeep {
  /** Whether the store has a history of this name: not of a plain file that was only put there. */
  abstract isKnown(name: FileName): Promise<boolean>;

  /** Whether the records of a file reach back as far as its kept versions do. */
  abstract isChainWhole(name: FileName): Promise<boolean>;

  /**
   * What is made from the newest version of a file and is not as it should be.
   * @param repair make it so, where that destroys nothing
   */
  abstract derived(name: FileName, repair: boolean): Promise<readonly Finding[]>;

  /**
   * What nobody will ever use and nobody is at work on.
   * @param repair remove it
   */
  abstract leftovers(repair: boolean): AsyncIterable<Finding>;
}
