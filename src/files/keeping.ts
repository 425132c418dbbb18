import type { VersionRecord } from './file-store.js';

/** What decides how long a version is kept. */
type Dated = Pick<VersionRecord, 'deleted' | 'modified'>;

/** Which versions of a file are kept: so many contents, and none that was replaced too long ago. */
export class Keeping {
  /**
   * @param versions how many of the newest contents, the current one included; at least 1
   * @param ageMs how long after it was replaced a version is kept, in milliseconds; 0: for ever
   */
  constructor(
    readonly versions: number,
    readonly ageMs: number = 0,
  ) {}

  /** Whether a file of so many versions may have some that are not kept. */
  mayHavePast(version: number): boolean {
    return version > this.versions || (this.ageMs > 0 && version > 1);
  }

  /**
   * To be called with the records of a file one after the other, the newest first.
   * @returns for each when it ceases to be kept, in microseconds since the epoch; Infinity as long
   *   as nothing pushes it out
   */
  walk(): (record: Dated) => number {
    const contents: Dated[] = [];
    let replacedBy: Dated | undefined;
    return (record) => {
      const pushedOutBy = contents[contents.length - this.versions];
      const byCount = pushedOutBy?.modified ?? Number.POSITIVE_INFINITY;
      const byAge =
        replacedBy === undefined || this.ageMs === 0
          ? Number.POSITIVE_INFINITY
          : replacedBy.modified + this.ageMs * 1000;
      if (!record.deleted) contents.push(record);
      replacedBy = record;
      return Math.min(byCount, byAge);
    };
  }

  /**
   * From where on contents may be deleted: those that ceased to be kept at least `graceMs` ago.
   * @returns also whether others ceased to be kept less long ago
   */
  past(
    newestFirst: readonly Dated[],
    nowMicros: number,
    graceMs: number,
  ): { readonly firstOut: number; readonly areSomeInGrace: boolean } {
    const endOf = this.walk();
    let areSomeInGrace = false;
    for (const [at, record] of newestFirst.entries()) {
      const end = endOf(record);
      if (record.deleted) continue;
      if (end <= nowMicros - graceMs * 1000) return { firstOut: at, areSomeInGrace };
      if (end <= nowMicros) areSomeInGrace = true;
    }
    return { firstOut: newestFirst.length, areSomeInGrace };
  }

  /** Those that are kept at `nowMicros`, of records with the newest first. */
  kept<Item extends Dated>(newestFirst: readonly Item[], nowMicros: number): readonly Item[] {
    const endOf = this.walk();
    const end = newestFirst.findIndex((record) => endOf(record) <= nowMicros);
    return end < 0 ? newestFirst : newestFirst.slice(0, end);
  }
}
