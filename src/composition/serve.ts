import { ExitCode } from '../cli/exit-codes.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { WinstonLog } from '../telemetry/winston-log.js';
import { explainStart, nextSignal } from './stopping.js';

/**
 * `candado serve`: runs until a signal, or a client that may, ends it.
 * @returns the exit code
 */
export async function serve(flags: Readonly<Record<string, string>>): Promise<number> {
  // From the first moment on: one that comes while it starts lets it start, and then stop.
  const signalled = nextSignal();
  try {
    const config = loadConfig(process.env, flags);
    const { logLevel: level, logFormat: format } = config;
    const log = WinstonLog.open({ level, format, target: process.stdout });
    // Who only leads workers needs nothing of what they load, and one alone nothing to lead them.
    const code =
      config.workers === 1
        ? await (await import('./alone.js')).serveAlone(config, log, signalled)
        : await (await import('./primary.js')).leadWorkers(config, log, signalled);
    await log.finish();
    return code;
  } catch (error) {
    process.stderr.write(`candado: ${explainStart(error)}\n`);
    return error instanceof ConfigError ? ExitCode.usage : ExitCode.fault;
  }
}
