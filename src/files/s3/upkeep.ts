import type { Clock } from '../../clock/clock.js';
import { chainProblems } from '../check/chain-problems.js';
import type { Finding } from '../check/finding.js';
import { type HeadFound, type KeptVersions, StoreUpkeep } from '../check/store-upkeep.js';
import { FileStoreUnavailable } from '../errors.js';
import type { FileName } from '../file-name.js';
import type { Keeping } from '../keeping.js';
import { type StoredRecord } from '../stored-record.js';
import { BucketError, guarded, hasFailed } from './bucket-errors.js';
import type { Heads, StoredHead } from './heads.js';
import type { Keys } from './keys.js';
import type { Listing } from './listing.js';
import { parseRecord } from './record.js';
import { RECORDS_BEHIND } from './retention.js';
import type { S3Bucket } from './s3-bucket.js';
import type { Shelf } from './shelf.js';

/** Names that are read at a time. */
const PAGE = 1000;

interface KeptChain {
  readonly records: readonly StoredRecord[];
  readonly damage: string | undefined;
  readonly isCut: boolean;
}

/**
 * What a check has to know of a bucket. What was left behind there only time tells: the sweeper.
 * Objects are not looked into byte by byte: the service does that, and the SDK on their way.
 */
export class S3Upkeep extends StoreUpkeep {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly keys: Keys,
    private readonly headStore: Heads,
    private readonly shelf: Shelf,
    private readonly listing: Listing,
    private readonly keeping: Keeping,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async isKnown(): Promise<boolean> {
    return true;
  }

  override async *heads(): AsyncGenerator<HeadFound, void, undefined> {
    let after = '';
    for (;;) {
      const query = { count: PAGE, deleted: true, after };
      const { names, next } = await guarded(() => this.listing.list(query));
      for (const name of names) yield { kind: 'file', name };
      if (next === undefined) return;
      after = next;
    }
  }

  override kept(name: FileName): Promise<KeptVersions> {
    return guarded(async () => {
      const stored = await this.headStore.read(name);
      if (stored === undefined) return { versions: [], problems: [] };
      const chain = await this.#chain(stored);
      const problems = chainProblems(stored.head, chain, this.keeping, RECORDS_BEHIND);
      const sizes = await this.#sizes(name);
      const versions = chain.records.map((record) => ({
        record,
        storedBytes: record.deleted ? 0 : sizes.get(this.keys.content(name, record.id)),
      }));
      return { versions, problems };
    });
  }

  override async derived(): Promise<readonly Finding[]> {
    return [];
  }

  /** Heads are overwritten, and never removed: a name that has a record has one. */
  override async *leftovers(): AsyncGenerator<Finding, void, undefined> {
    let folder = '';
    for await (const key of this.#recordKeys()) {
      const its = key.slice(0, key.lastIndexOf('/'));
      if (its === folder) continue;
      folder = its;
      const finding = await guarded(() => this.#headless(key));
      if (finding !== undefined) yield finding;
    }
  }

  override isDamage(error: unknown): error is Error {
    if (!(error instanceof FileStoreUnavailable)) return false;
    return !(error.cause instanceof BucketError) || hasFailed(error.cause, 'absent');
  }

  /** The records of kept versions; those behind would be a request each. */
  async #chain(stored: StoredHead): Promise<KeptChain> {
    const records: StoredRecord[] = [];
    const nowMicros = this.clock.epochMicros();
    const endOf = this.keeping.walk();
    try {
      for await (const record of this.shelf.chain(stored)) {
        if (endOf(record) <= nowMicros) return { records, damage: undefined, isCut: true };
        records.push(record);
      }
    } catch (error) {
      if (!this.isDamage(error)) throw error;
      return { records, damage: error.message, isCut: false };
    }
    return { records, damage: undefined, isCut: false };
  }

  /** By key, in bytes. */
  async #sizes(name: FileName): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    for await (const { key, size } of this.bucket.walk(this.keys.contentsOf(name))) {
      sizes.set(key, size);
    }
    return sizes;
  }

  async *#recordKeys(): AsyncGenerator<string, void, undefined> {
    let after: string | undefined;
    for (;;) {
      const { objects, isLast } = await guarded(() => this.bucket.list(this.keys.records, after));
      for (const { key } of objects) yield key;
      after = objects.at(-1)?.key;
      if (isLast || after === undefined) return;
    }
  }

  async #headless(recordKey: string): Promise<Finding | undefined> {
    try {
      const object = await this.bucket.get(recordKey);
      if (object === undefined) return undefined;
      const { name } = parseRecord(recordKey, object.bytes);
      if ((await this.headStore.look(name)).kind !== 'nothing') return undefined;
      const what = 'its head is gone, and its versions lie there for nobody';
      return { code: 'HEAD', name, what, repaired: false };
    } catch (error) {
      if (!this.isDamage(error)) throw error;
      // Where it belongs to a kept version it was told.
      return undefined;
    }
  }
}
