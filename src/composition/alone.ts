import { ExitCode } from '../cli/exit-codes.js';
import { packageVersion } from '../cli/version.js';
import type { Config } from '../config/config.js';
import type { WinstonLog } from '../telemetry/winston-log.js';
import { startApp } from './app.js';
import { announce } from './banner.js';
import { nextSignal, STOP_GRACE_MS } from './stopping.js';
import { releaseYoungGeneration } from './young-generation.js';

/**
 * A service of this one process.
 * @returns the exit code
 */
export async function serveAlone(
  config: Config,
  log: WinstonLog,
  signalled: Promise<string>,
): Promise<number> {
  const app = await startApp(config, packageVersion(), log);
  releaseYoungGeneration();
  announce(config, app, log);
  const reason = await Promise.race([signalled, app.stopRequested]);
  const giveUp = (): never => process.exit(ExitCode.fault);
  setTimeout(giveUp, config.drainTimeoutMs + STOP_GRACE_MS).unref();
  void nextSignal().then(giveUp);
  await app.stop(reason);
  return ExitCode.ok;
}
