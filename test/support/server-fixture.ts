import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const START_WITHIN_MS = 20_000;

/** A Candado of this checkout, running as a process of its own. */
export interface RunningServer {
  readonly port: number;
  readonly httpPort: number;
  readonly pid: number;
  readonly filesRoot: string;
  /** What it logged so far, a line each. */
  readonly log: readonly string[];
  /** Its exit code, once it has ended; null if a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Asks it to end, waits for that, and removes its files. Returns its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts `candado serve` on free ports with an empty temporary directory.
 * @param settings environment variables over those, for example `{ TEXT_PROFILE: '1.1' }`
 */
export async function startServer(
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const temporary = settings['FILES_ROOT'] === undefined;
  const filesRoot = settings['FILES_ROOT'] ?? (await mkdtemp(join(tmpdir(), 'candado-test-')));
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: {
      ...process.env,
      PORT: '0',
      HTTP_PORT: '0',
      FILES_ROOT: filesRoot,
      LOG_FORMAT: 'json',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killed = (): void => void child.kill('SIGKILL');
  process.once('exit', killed);
  child.once('exit', () => process.off('exit', killed));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const { port, httpPort } = await listening(child, log);
  return {
    port,
    httpPort,
    pid: child.pid ?? 0,
    filesRoot,
    log,
    exited,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
      }
      await exited;
      if (temporary) await rm(filesRoot, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

function listening(
  child: ChildProcess,
  log: string[],
): Promise<{ readonly port: number; readonly httpPort: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly port: number;
    readonly httpPort: number;
  }>();
  const fail = (why: string): void => reject(new Error(`${why}:\n${log.join('\n')}`));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    fail('Candado did not start in time');
  }, START_WITHIN_MS);
  child.once('exit', (code) => fail(`Candado ended with exit code ${code}`));
  if (child.stdout === null) throw new Error('stdout must be a pipe');
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.push(line);
    if (!line.includes('"server.listening"')) return;
    resolve(JSON.parse(line) as { readonly port: number; readonly httpPort: number });
  });
  return promise.finally(() => clearTimeout(timer));
}
