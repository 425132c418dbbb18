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
import { MetricsRegistry } from '../telemetry/prometheus/metrics-registry.js';
import { Readiness } from '../telemetry/readiness.js';
import type { WinstonLog } from '../telemetry/winston-log.js';
import type { MetricsSnapshot } from '../workers/messages.js';
import { AppState } from './app-state.js';
import { clockModule } from './clock.js';
import { commandsModule } from './commands.js';
import { eventsModule } from './events.js';
import { filesModule } from './files.js';
import { lifecycleModule } from './lifecycle.js';
import { locksModule } from './locks.js';
import { netModule } from './net.js';
import { redisModule } from './redis.js';
import { sessionsModule } from './sessions.js';
import { telemetryModule } from './telemetry.js';

/** A Candado that serves. */
export interface App {
  readonly port: number;
  /** Undefined where its duties do not have it. */
  readonly httpPort: number | undefined;
  /** Resolves with the reason when something inside asks for the end. */
  readonly stopRequested: Promise<string>;
  /** Drains and ends; safe to call more than once. */
  stop(reason: string): Promise<void>;
  metrics(): Promise<MetricsSnapshot>;
  /** Why it should not be sent new clients; empty if it should. */
  problems(): Promise<readonly string[]>;
}

/** What a process does that is done once, however many serve clients together. */
export interface Duties {
  /** Answers monitoring. */
  readonly http: boolean;
  /** Goes through the file store in the background. */
  readonly sweeps: boolean;
}

export const ALL_DUTIES: Duties = { http: true, sweeps: true };

/** Builds everything from `config` and starts it; undoes what it started if a step fails. */
export async function startApp(
  config: Config,
  version: string,
  log: WinstonLog,
  duties: Duties = ALL_DUTIES,
): Promise<App> {
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(
    lifecycleModule(version),
    clockModule,
    telemetryModule(config, log),
    filesModule(config, duties),
    redisModule(config),
    eventsModule(config),
    locksModule(config),
    sessionsModule(config),
    commandsModule(config),
    netModule(config),
  );
  const state = container.get(AppState);
  const http = duties.http ? container.get(TelemetryServer) : undefined;
  const metrics = container.get(MetricsRegistry);
  const readiness = container.get(Readiness);
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
    const listening = await http?.listen();
    undo.push(async () => http?.close());
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
    let stopped: Promise<void> | undefined;
    return {
      port,
      httpPort: listening?.port,
      stopRequested: state.stopRequested,
      metrics: () => metrics.snapshot(),
      problems: () => readiness.problems(),
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
