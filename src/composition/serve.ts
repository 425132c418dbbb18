import { ExitCode } from '../cli/exit-codes.js';
import { packageVersion } from '../cli/version.js';
import type { Config } from '../config/config.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { WinstonLog } from '../telemetry/winston-log.js';
import { type App, startApp } from './app.js';
import { releaseYoungGeneration } from './young-generation.js';

/** A second signal, or a stop that takes longer than draining may, ends the process at once. */
const STOP_GRACE_MS = 5_000;

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
    const app = await startApp(config, packageVersion(), log);
    releaseYoungGeneration();
    await run(app, config, signalled);
    await log.finish();
    return ExitCode.ok;
  } catch (error) {
    process.stderr.write(`candado: ${explain(error)}\n`);
    return error instanceof ConfigError ? ExitCode.usage : ExitCode.fault;
  }
}

async function run(app: App, config: Config, signalled: Promise<string>): Promise<void> {
  process.stderr.write(hints(config.host, app.port, config.logFormat));
  const reason = await Promise.race([signalled, app.stopRequested]);
  const giveUp = (): never => process.exit(ExitCode.fault);
  setTimeout(giveUp, config.drainTimeoutMs + STOP_GRACE_MS).unref();
  void nextSignal().then(giveUp);
  await app.stop(reason);
}

function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });
}

/** Three ways to talk to it; not where logs are read by machines. */
function hints(host: string, port: number, logFormat: string): string {
  if (logFormat === 'json') return '';
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return [
    `Any Redis client:   redis-cli -h ${address} -p ${port}   (then: LOCK notes.txt)`,
    `Plain text:         nc ${address} ${port}   (then: LOCK notes.txt, and its new text)`,
    `Candado's own:      echo hello | npx candado put notes.txt --host ${address} --port ${port}`,
    '',
  ].join('\n');
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `${error.message}: something else listens there; choose another with --port or --http-port`;
  }
  if (code === 'EACCES')
    return `${error.message}: choose a port over 1023, or a directory you may write`;
  return error.message;
}
