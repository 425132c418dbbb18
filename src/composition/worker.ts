import { ExitCode } from '../cli/exit-codes.js';
import { packageVersion } from '../cli/version.js';
import { WinstonLog } from '../telemetry/winston-log.js';
import { PrimaryLink } from '../workers/primary-link.js';
import { type App, startApp } from './app.js';
import { explainStart, nextSignal, STOP_GRACE_MS } from './stopping.js';
import { releaseYoungGeneration } from './young-generation.js';

/** Of all workers of a machine this one goes through the file store. */
const SWEEPER = 1;

/**
 * A worker, from its primary's first message to its end.
 * @returns the exit code
 */
export async function work(): Promise<number> {
  // Of its own: a terminal's Ctrl-C, and some supervisors, signal every process of a service.
  const signalled = nextSignal();
  const giveUp = (): never => process.exit(ExitCode.fault);
  void signalled.then(nextSignal).then(giveUp);
  const primary = new PrimaryLink();
  const { number, config } = await primary.begun;
  const { logLevel: level, logFormat: format } = config;
  const log = WinstonLog.open({ level, format, target: process.stdout }).child({ worker: number });
  try {
    const duties = { http: false, sweeps: number === SWEEPER };
    const app = await startApp(config, packageVersion(), log, duties);
    releaseYoungGeneration();
    void app.stopRequested.then((reason) => primary.tell({ kind: 'stop-requested', reason }));
    primary.answer({ metrics: () => app.metrics(), problems: () => app.problems() });
    await primary.tell({ kind: 'ready', port: app.port });
    const reason = await Promise.race([signalled, primary.stopped, app.stopRequested]);
    setTimeout(giveUp, config.drainTimeoutMs + STOP_GRACE_MS).unref();
    await end(app, reason, primary);
    return ExitCode.ok;
  } catch (error) {
    await primary.tell({ kind: 'failed', message: explainStart(error) });
    return ExitCode.fault;
  } finally {
    await log.finish();
    primary.leave();
  }
}

async function end(app: App, reason: string, primary: PrimaryLink): Promise<void> {
  await app.stop(reason);
  await primary.tell({ kind: 'counted', metrics: await app.metrics() });
}
