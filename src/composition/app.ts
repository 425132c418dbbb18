import { Container } from 'inversify';
import type { Config } from '../config/config.js';
import { FileStore } from '../files/file-store.js';
import { LockTable } from '../locks/lock-table.js';
import { TcpServer } from '../net/tcp-server.js';
import { RedisLink } from '../redis/redis-link.js';
import { KeptSessions } from '../sessions/kept-sessions.js';
import { LeaseRenewer } from '../sessions/lease-renewer.js';
import { LockNotices } from '../sessions/lock-notices.js';
import { PendingReleases } from '../sessions/pending-releases.js';
import { TelemetryServer } from '../telemetry/http-server.js';
import type { WinstonLog } from '../telemetry/winston-log.js';
import { clockModule } from './clock.js';
import { commandsModule } from './commands.js';
import { eventsModule } from './events.js';
import { filesModule } from './files.js';
import { AppState, lifecycleModule } from './lifecycle.js';
import { locksModule } from './locks.js';
import { netModule } from './net.js';
import { redisModule } from './redis.js';
import { sessionsModule } from './sessions.js';
import { telemetryModule } from './telemetry.js';

/** A Candado that serves. */
export interface App {
  readonly port: number;
  readonly httpPort: number;
  /** Resolves with the reason when something inside asks for the end. */
  readonly stopRequested: Promise<string>;
  /** Drains and ends; safe to call more than once. */
  stop(reason: string): Promise<void>;
}

/** Where the files are, for people. */
export function placeOf({ filesRoot, filesUrl }: Config): string {
  return filesUrl === undefined ? filesRoot : `s3://${filesUrl.bucket}/${filesUrl.prefix}`;
}

/** Builds everything from `config` and starts it; undoes what it started if a step fails. */
export async function startApp(config: Config, version: string, log: WinstonLog): Promise<App> {
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(
    lifecycleModule(version),
    clockModule,
    telemetryModule(config, log),
    filesModule(config),
    redisModule(config),
    eventsModule(config),
    locksModule(config),
    sessionsModule(config),
    commandsModule(config),
    netModule(config),
  );
  const state = container.get(AppState);
  const http = container.get(TelemetryServer);
  const files = container.get(FileStore);
  const link = container.get(RedisLink, { optional: true });
  const table = container.get(LockTable);
  const renewer = container.get(LeaseRenewer);
  const kept = container.get(KeptSessions);
  const notices = container.get(LockNotices);
  const releases = container.get(PendingReleases);
  const tcp = container.get(TcpServer);

  // The container would end things in the order of their bindings; what depends on what is known here.
  const undo: (() => Promise<void>)[] = [];
  const end = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
  };

  try {
    const { port: httpPort } = await http.listen();
    undo.push(() => http.close());
    await files.open();
    undo.push(() => files.close());
    // Opened last, so that its users hear of it from the beginning; they need it to the end.
    undo.push(async () => link?.close());
    await table.open();
    undo.push(() => table.close());
    await link?.open();
    undo.push(() => releases.close());
    kept.start();
    undo.push(() => kept.close());
    notices.start();
    undo.push(async () => notices.stop());
    renewer.start();
    undo.push(() => renewer.stop());
    const port = await tcp.listen();
    undo.push(() => tcp.drain(config.drainTimeoutMs));
    state.ready();
    log.info('server.listening', 'Candado is listening', {
      host: config.host,
      port,
      httpPort,
      files: placeOf(config),
      locks: config.redisUrl === undefined ? 'memory' : 'redis',
    });
    let stopped: Promise<void> | undefined;
    return {
      port,
      httpPort,
      stopRequested: state.stopRequested,
      stop: (reason) => {
        if (stopped === undefined) {
          log.info('server.draining', 'Candado is shutting down', { reason });
          state.drain();
          stopped = end().then(() => {
            log.info('server.stopped', 'Candado has stopped');
          });
        }
        return stopped;
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
