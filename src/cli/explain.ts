import { CandadoError } from '../client/index.js';
import { CliError } from './cli-error.js';
import { ExitCode, exitCodeOf } from './exit-codes.js';

export interface Explanation {
  readonly exitCode: number;
  /** What happened and what can be done about it. */
  readonly message: string;
}

/** Where the connection goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** What to do, by the code of a `CandadoError`; the line under the server's own sentence. */
const REMEDIES: Readonly<Record<string, string>> = {
  LOCKED: 'wait for it with --wait MS, or see who holds it with `candado locks`',
  TIMEOUT: 'wait longer with --wait MS, or see who holds it with `candado locks`',
  DEADLOCK: 'give up a lock first, or take all together: `candado lock NAME NAME … -- COMMAND`',
  FENCED: 'lock it again and look at what it holds now before you write',
  CONFLICT: 'see the current version with `candado ls -l` and look at it before you write',
  UNAVAILABLE: 'nobody holds it up: what the server itself depends on is away; try again later',
  CONNECTIONLOST: 'look at the file with `candado ls -l` before you try again',
  CHECKSUM:
    'damaged on its way, or another than you meant: try again; if it stays so, see the store',
  CORRUPT: 'see with `candado history NAME` which versions there are, and restore a whole one',
  PROTOCOL: 'is that a Candado server? Check --host and --port',
};

export function explain(error: unknown, target: Target): Explanation {
  if (error instanceof CliError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof CandadoError) {
    return { exitCode: exitCodeOf(error.code), message: explainCandado(error, target) };
  }
  if (!(error instanceof Error)) return { exitCode: ExitCode.fault, message: String(error) };
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && path !== undefined) {
    return { exitCode: ExitCode.fault, message: `${path}: there is no such file or folder here` };
  }
  return { exitCode: ExitCode.fault, message: error.message };
}

function explainCandado(error: CandadoError, target: Target): string {
  if (error.code === 'UNREACHABLE') return unreachable(error.message, error.cause, target);
  const remedy = REMEDIES[error.code];
  return remedy === undefined ? error.message : `${error.message}\n  ${remedy}`;
}

/** @param cause what the system said of the attempt to connect */
export function unreachable(message: string, cause: unknown, { host, port }: Target): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = first instanceof Error ? (first as NodeJS.ErrnoException).code : undefined;
  if (code !== 'ECONNREFUSED') return `${message}\n  check --host and --port`;
  return (
    `nothing listens on ${host}:${port}: ` +
    'start one with `candado serve`, or name another with --host and --port'
  );
}
