import type { Staged, VersionRecord } from '../file-store.js';
import type { Head } from '../head.js';
import { publicRecord, type StoredRecord } from '../stored-record.js';
import { freshNonce } from './head-name.js';

/** A version that lies complete on the shelf, with the one head that would publish it. */
export class StagedVersion implements Staged {
  readonly record: VersionRecord;
  readonly to: Head;

  /**
   * Whether it is out of its owner's hands: published, or perhaps so. Then only the cleaning, which
   * looks at the head, may remove it.
   */
  isGivenAway = false;

  constructor(
    readonly from: Head,
    readonly stored: StoredRecord,
    /** Its content, if it is small. */
    readonly whole?: Buffer,
  ) {
    this.record = publicRecord(stored);
    this.to = {
      name: from.name,
      version: stored.version,
      token: stored.token,
      record: stored.id,
      content: stored.deleted ? undefined : stored.id,
      nonce: freshNonce(),
    };
  }

  /** @throws {TypeError} for a staged version of another store */
  static of(staged: Staged): StagedVersion {
    if (staged instanceof StagedVersion) return staged;
    throw new TypeError('this version was staged by another store');
  }
}
