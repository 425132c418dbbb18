import { fileURLToPath } from 'node:url';
import { ExitCode } from '../cli/exit-codes.js';
import { SystemClock } from '../clock/system-clock.js';
import type { Config } from '../config/config.js';
import { workerShare } from '../config/worker-share.js';
import { HttpEndpoints } from '../telemetry/http-endpoints.js';
import { HttpOptions } from '../telemetry/http-options.js';
import { TelemetryServer } from '../telemetry/http-server.js';
import { ServicePage } from '../telemetry/prometheus/service-page.js';
import { WorkerTotals } from '../telemetry/prometheus/worker-totals.js';
import type { WinstonLog } from '../telemetry/winston-log.js';
import { ClusterStarter } from '../workers/cluster-starter.js';
import { WorkerPool } from '../workers/worker-pool.js';
import { AppState } from './app-state.js';
import { announce } from './banner.js';
import { PoolReadiness } from './pool-readiness.js';
import { nextSignal, STOP_GRACE_MS } from './stopping.js';

const WORKER = fileURLToPath(new URL('../worker.js', import.meta.url));

/**
 * A service of several processes: this one starts them, hands them their connections and speaks for
 * them to monitoring; it serves no client itself.
 * @returns the exit code
 */
export async function leadWorkers(
  config: Config,
  log: WinstonLog,
  signalled: Promise<string>,
): Promise<number> {
  const clock = new SystemClock();
  const totals = new WorkerTotals();
  const pool = new WorkerPool(
    config.workers,
    workerShare(config),
    new ClusterStarter(WORKER),
    clock,
    log,
    totals,
  );
  const state = new AppState();
  const http = new TelemetryServer(
    new HttpEndpoints(new ServicePage(pool, totals), new PoolReadiness(state, pool)),
    new HttpOptions(config.httpHost, config.httpPort),
    clock,
    log,
  );
  const { port: httpPort } = await http.listen();
  try {
    const started = pool.start().then((port) => {
      state.ready();
      announce(config, { port, httpPort }, log);
    });
    // Those that start go on to; only a failure ends this by itself.
    const never = started.then(() => new Promise<never>(() => undefined));
    const reason = await Promise.race([signalled, pool.stopRequested, never]);
    log.info('server.draining', 'Candado is shutting down', { reason });
    state.drain();
    const giveUp = (): never => {
      pool.kill();
      process.exit(ExitCode.fault);
    };
    setTimeout(giveUp, config.drainTimeoutMs + STOP_GRACE_MS).unref();
    void nextSignal().then(giveUp);
    const inOrder = await pool.stop(reason);
    log.info('server.stopped', 'Candado has stopped');
    return inOrder ? ExitCode.ok : ExitCode.fault;
  } finally {
    await http.close();
  }
}
