import { injectable } from 'inversify';
import { unavailable } from '../../files/s3/bucket-errors.js';
import { Keys } from '../../files/s3/keys.js';
import { S3StoreOptions } from '../../files/s3/options.js';
import { S3Bucket } from '../../files/s3/s3-bucket.js';
import { type AuditRecord, AuditTrail, AuditUnavailable } from '../audit-trail.js';

/**
 * One object a record, beside the files: `audit/<time>-<id>-<event>.json`, so that a listing shows
 * them in order, and any number of replicas write without regard to each other.
 */
@injectable()
export class S3AuditTrail extends AuditTrail {
  readonly #keys: Keys;

  constructor(
    options: S3StoreOptions,
    private readonly bucket: S3Bucket,
  ) {
    super();
    this.#keys = new Keys(options.place.prefix);
  }

  override async append(record: AuditRecord): Promise<void> {
    const { time, id, event } = record;
    try {
      const key = this.#keys.audit(`${time}-${id}-${event}.json`);
      await this.bucket.put(key, Buffer.from(`${JSON.stringify(record)}\n`));
    } catch (cause) {
      throw new AuditUnavailable(
        `what is done to others' locks cannot be recorded, so it is not done: ${unavailable(cause).message}`,
        { cause },
      );
    }
  }
}
