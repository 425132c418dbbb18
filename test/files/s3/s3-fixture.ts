import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock/clock.js';
import { SystemClock } from '../../../src/clock/system-clock.js';
import type { Failpoints } from '../../../src/files/failpoints.js';
import { Keeping } from '../../../src/files/keeping.js';
import { S3StoreOptions } from '../../../src/files/s3/options.js';
import { S3Bucket } from '../../../src/files/s3/s3-bucket.js';
import { S3FileStore } from '../../../src/files/s3/s3-file-store.js';
import {
  CONTRACT_KEEP_VERSIONS,
  CONTRACT_MAX_FILE_BYTES,
} from '../../contract/file-store.contract.js';
import { RecordingLog } from '../../support/recording-log.js';
import { TestFailpoints } from '../directory/store-fixture.js';
import { FakeS3, type Oddities } from './fake-s3.js';

/** The SDK finds these where it looks first. */
export function giveCredentials(): void {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'candado';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'candado-secret';
}

/** One replica. */
export interface S3Replica {
  readonly store: S3FileStore;
  readonly bucket: S3Bucket;
  readonly failpoints: TestFailpoints;
  readonly log: RecordingLog;
}

export interface S3ReplicaOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly clock?: Clock;
  readonly keepVersions?: number;
  readonly maxFileBytes?: number;
  readonly timeoutMs?: number;
  readonly partBytes?: number;
  readonly failpoints?: Failpoints;
}

export function makeReplica(options: S3ReplicaOptions): S3Replica {
  giveCredentials();
  const { endpoint, bucket: name, prefix = '', clock = new SystemClock() } = options;
  const storeOptions = new S3StoreOptions(
    { bucket: name, prefix, endpoint, region: undefined, pathStyle: true },
    options.maxFileBytes ?? CONTRACT_MAX_FILE_BYTES,
    new Keeping(options.keepVersions ?? CONTRACT_KEEP_VERSIONS),
    {
      requestTimeoutMs: options.timeoutMs ?? 10_000,
      ...(options.partBytes === undefined ? {} : { partBytes: options.partBytes }),
    },
  );
  const bucket = new S3Bucket(storeOptions, clock);
  const failpoints = new TestFailpoints();
  const log = new RecordingLog();
  const store = new S3FileStore(storeOptions, bucket, clock, log, options.failpoints ?? failpoints);
  return { store, bucket, failpoints, log };
}

/** A fake service and any number of replicas on it. */
export class FakeS3Fixture {
  readonly prefix = `${randomUUID()}/`;
  readonly #replicas: S3Replica[] = [];

  private constructor(readonly service: FakeS3) {}

  static async create(oddities: Oddities = {}): Promise<FakeS3Fixture> {
    return new FakeS3Fixture(await FakeS3.start(oddities));
  }

  /** A replica whose first sweep is over. */
  async replica(options: Partial<S3ReplicaOptions> = {}): Promise<S3Replica> {
    const replica = this.unopened(options);
    await replica.store.open();
    await replica.store.idle();
    return replica;
  }

  unopened(options: Partial<S3ReplicaOptions> = {}): S3Replica {
    const { endpoint, bucket } = this.service;
    const replica = makeReplica({ endpoint, bucket, prefix: this.prefix, ...options });
    this.#replicas.push(replica);
    return replica;
  }

  /** What lies in one folder of the store. */
  keys(folder: string): readonly string[] {
    return this.service.keys(`${this.prefix}${folder}/`);
  }

  async close(): Promise<void> {
    this.service.fault = () => undefined;
    for (const { store } of this.#replicas) await store.close();
    await this.service.stop();
  }
}
