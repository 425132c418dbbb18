import { ContainerModule } from 'inversify';
import type { Config } from '../config/config.js';
import { Breaking } from '../sessions/breaking.js';
import { FileLocking } from '../sessions/file-locking.js';
import { Granting } from '../sessions/granting.js';
import { HeldLocks } from '../sessions/held-locks.js';
import { KeptSessions } from '../sessions/kept-sessions.js';
import { LeaseRenewer } from '../sessions/lease-renewer.js';
import { LockNotices } from '../sessions/lock-notices.js';
import { ManyLocks } from '../sessions/many-locks.js';
import { SessionOptions } from '../sessions/options.js';
import { PendingReleases } from '../sessions/pending-releases.js';
import { Publishing } from '../sessions/publishing.js';

export const sessionsModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(SessionOptions).toConstantValue(
      new SessionOptions(config.leaseTtlMs, config.sessionGraceMs),
    );
    bind(HeldLocks).toSelf();
    bind(PendingReleases).toSelf();
    bind(Granting).toSelf();
    bind(FileLocking).toSelf();
    bind(ManyLocks).toSelf();
    bind(Breaking).toSelf();
    bind(LockNotices).toSelf();
    bind(KeptSessions).toSelf();
    bind(Publishing).toSelf();
    bind(LeaseRenewer).toSelf();
  });
