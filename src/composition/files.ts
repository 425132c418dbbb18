import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { StoreUpkeep } from '../files/check/store-upkeep.js';
import { DirectoryFileStore } from '../files/directory/directory-file-store.js';
import { DirectoryHealth } from '../files/directory/directory-health.js';
import { OWN_FOLDER } from '../files/directory/layout.js';
import { DirectoryStoreOptions } from '../files/directory/options.js';
import { FileStore } from '../files/file-store.js';
import { Keeping } from '../files/keeping.js';
import { NoReadCheck, ReadCheck, Sha256ReadCheck } from '../files/read-check.js';
import { S3StoreOptions } from '../files/s3/options.js';
import { S3Bucket } from '../files/s3/s3-bucket.js';
import { S3FileStore } from '../files/s3/s3-file-store.js';
import { StoreHealth, UnwatchedStore } from '../files/store-health.js';
import { AuditOptions, JsonLinesAuditTrail } from '../sessions/audit/json-lines-audit-trail.js';
import { S3AuditTrail } from '../sessions/audit/s3-audit-trail.js';
import { AuditTrail } from '../sessions/audit-trail.js';

/** Where the files are kept, and beside them the audit trail. */
export const filesModule = (config: Config, { sweeps } = { sweeps: true }): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(ReadCheck).to(config.verifyReads ? Sha256ReadCheck : NoReadCheck);
    const keeping = new Keeping(config.keepVersions, config.keepAgeMs);
    if (config.filesUrl !== undefined) {
      bind(S3StoreOptions).toConstantValue(
        new S3StoreOptions(config.filesUrl, config.maxFileBytes, keeping, { sweeps }),
      );
      bind(S3Bucket).toSelf();
      bind(S3FileStore).toSelf();
      bind(FileStore).toService(S3FileStore);
      bind(StoreUpkeep).toDynamicValue(({ get }) => get(S3FileStore).upkeep);
      bind(StoreHealth).to(UnwatchedStore);
      bind(AuditTrail).to(S3AuditTrail);
      return;
    }
    bind(DirectoryStoreOptions).toConstantValue(
      new DirectoryStoreOptions(
        config.filesRoot,
        config.maxFileBytes,
        keeping,
        config.durability,
        config.plainView,
        { sweeps },
      ),
    );
    bind(DirectoryFileStore).toSelf();
    bind(FileStore).toService(DirectoryFileStore);
    bind(StoreUpkeep).toDynamicValue(({ get }) => get(DirectoryFileStore).upkeep);
    bind(StoreHealth).to(DirectoryHealth);
    bind(AuditOptions).toConstantValue(
      new AuditOptions(join(config.filesRoot, OWN_FOLDER, 'audit.jsonl')),
    );
    bind(AuditTrail).to(JsonLinesAuditTrail);
  });
