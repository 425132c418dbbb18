import type { Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import type { Failpoints } from '../failpoints.js';
import { HeadCreator } from './head-creator.js';
import { Heads } from './heads.js';
import { Journal } from './journal.js';
import { Keys } from './keys.js';
import { Listing } from './listing.js';
import type { S3StoreOptions } from './options.js';
import { Retention } from './retention.js';
import type { S3Bucket } from './s3-bucket.js';
import { Shelf } from './shelf.js';
import { Sweeper } from './sweeper.js';
import { S3Upkeep } from './upkeep.js';

export type StoreParts = ReturnType<typeof buildParts>;

/** The parts of an S3 store, each with what it needs of the others. */
export function buildParts(
  options: S3StoreOptions,
  bucket: S3Bucket,
  clock: Clock,
  log: Log,
  failpoints: Failpoints,
) {
  const keys = new Keys(options.place.prefix);
  const heads = new Heads(bucket, keys);
  const creator = new HeadCreator(bucket, keys, heads);
  const journal = new Journal(bucket, keys, log);
  const shelf = new Shelf(bucket, keys, journal, clock, failpoints, options);
  const listing = new Listing(bucket, keys);
  const { keeping } = options;
  const retention = new Retention(heads, shelf, journal, clock, log, failpoints, keeping);
  const sweeper = new Sweeper(
    bucket,
    keys,
    heads,
    creator,
    shelf,
    journal,
    retention,
    keeping,
    clock,
    log,
    failpoints,
  );
  const upkeep = new S3Upkeep(bucket, keys, heads, shelf, listing, keeping, clock);
  return { keys, heads, creator, journal, shelf, listing, retention, upkeep, sweeper };
}
