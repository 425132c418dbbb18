import type { Staged, VersionRecord } from '../file-store.js';
import type { Head } from '../head.js';
import { publicRecord, type StoredRecord } from '../stored-record.js';
import { type HeadBody, publishedBody } from './head-body.js';
import type { Stored } from './shelf.js';

/** A version that lies complete in the bucket, with the one head that would publish it. */
export class StagedVersion implements Staged {
  readonly record: VersionRecord;
  readonly to: HeadBody;

  /**
   * Whether it is out of its owner's hands: published, or perhaps so. Then only the cleaning, which
   * looks at the head, may remove it.
   */
  isGivenAway = false;

  readonly stored: StoredRecord;
  /** See {@link Stored.mayArriveAgain}. */
  readonly mayArriveAgain: boolean;

  constructor(
    readonly from: Head,
    { record, mayArriveAgain }: Stored,
  ) {
    this.stored = record;
    this.mayArriveAgain = mayArriveAgain;
    this.record = publicRecord(record);
    this.to = publishedBody(record);
  }

  /** @throws {TypeError} for a staged version of another store */
  static of(staged: Staged): StagedVersion {
    if (staged instanceof StagedVersion) return staged;
    throw new TypeError('this version was staged by another store');
  }
}
