import { CandadoClient, DEFAULT_OPTIONS } from '../client/index.js';
import type { CliContext, CliParts, SettingHelp } from './cli-command.js';
import { UsageError } from './cli-error.js';
import { COMMANDS } from './commands/index.js';
import { disposing } from './disposing.js';
import { ExitCode } from './exit-codes.js';
import { explain, type Target } from './explain.js';
import { holderName } from './holder-name.js';
import type { CliIo } from './io.js';
import { parse } from './parse.js';
import { print } from './print.js';
import { readTarget } from './target.js';
import { packageVersion } from './version.js';

/**
 * The `candado` command.
 *
 * @param argv without the interpreter and the script
 * @returns the exit code; nothing is thrown
 */
export async function runCli(argv: readonly string[], io: CliIo, parts: CliParts): Promise<number> {
  let target: Target = { host: DEFAULT_OPTIONS.host, port: DEFAULT_OPTIONS.port };
  // Who reads our output may leave; the write that finds out reports it, too.
  const ignore = (): void => undefined;
  io.stdout.on('error', ignore);
  try {
    const parsed = parse(argv, io, COMMANDS, await settingsFor(argv, parts));
    if (parsed.kind !== 'run') {
      const text = parsed.kind === 'text' ? parsed.text : `${packageVersion()}\n`;
      await print(io.stdout, text);
      return ExitCode.ok;
    }
    const { openEnded, local } = parsed.command;
    if (openEnded !== true && local !== true) target = readTarget(parsed.args, io.env);
    if (parsed.rest.length > 0 && parsed.command.runsAnother !== true) {
      throw new UsageError(`"${parsed.rest[0]}" stands behind "--", which only \`lock\` takes`);
    }
    return await parsed.command.run(parsed.args, {
      ...contextFor(io, parts, target),
      rest: parsed.rest,
    });
  } catch (error) {
    if (isBrokenPipe(error)) return ExitCode.ok;
    const { exitCode, message } = explain(error, target);
    const hint = error instanceof UsageError ? ' (--help shows how)' : '';
    io.stderr.write(`candado: ${message}${hint}\n`);
    return exitCode;
  } finally {
    io.stdout.off('error', ignore);
  }
}

/** No command line without this word, a shell's question about one included, is about them. */
async function settingsFor(
  argv: readonly string[],
  { settings }: CliParts,
): Promise<readonly SettingHelp[]> {
  return argv.includes('serve') && settings !== undefined ? await settings() : [];
}

function contextFor(io: CliIo, parts: CliParts, target: Target): Omit<CliContext, 'rest'> {
  return {
    io,
    parts,
    target,
    withClient: async (action) => {
      const client = await CandadoClient.connect({ ...target, clientName: holderName() });
      return await disposing(client, action);
    },
  };
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}
