import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { CliContext } from './cli-command.js';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-codes.js';
import type { Holding } from './holding.js';
import { onStop } from './io.js';

/** What shells answer where there is no such command, or none that can be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** What shells add to the number of the signal that ended a command. */
const SIGNALLED = 128;

/**
 * Runs a command while its locks are held, and exits as it does. If one is lost the command is told
 * to end (SIGTERM), for it may not go on writing.
 *
 * The command finds its lock in `CANDADO_LOCK_NAME`, `CANDADO_LOCK_TOKEN`, `CANDADO_LOCK_VERSION`;
 * of several locks each has a line there, and no name has a line break.
 */
export async function runHolding(
  holding: Holding,
  { io, target, rest }: CliContext,
): Promise<number> {
  const [program = '', ...args] = rest;
  const locks = [...holding];
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: {
      ...io.env,
      CANDADO_HOST: target.host,
      CANDADO_PORT: String(target.port),
      CANDADO_LOCK_NAME: locks.map(({ name }) => name).join('\n'),
      CANDADO_LOCK_TOKEN: locks.map(({ token }) => token).join('\n'),
      CANDADO_LOCK_VERSION: locks.map(({ version }) => version).join('\n'),
    },
  });
  // A terminal sends Ctrl-C to the command by itself; here it only must not end this process.
  const ignoring = onStop(io, (signal) => signal === 'SIGTERM' && child.kill(signal));
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  holding.signal.addEventListener('abort', stop);
  try {
    const code = await ended(child, program);
    if (holding.signal.aborted) {
      throw new CliError(
        ExitCode.conflict,
        `${holding.signal.reason.message}; ${program} was stopped`,
      );
    }
    return code;
  } finally {
    holding.signal.removeEventListener('abort', stop);
    ignoring[Symbol.dispose]();
  }
}

function ended(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
      reject(new CliError(code, `${program} cannot be run: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? (code ?? 0) : SIGNALLED + constants.signals[signal]);
    });
  });
}
