import yargs, { type Argv } from 'yargs';
import { type Arguments, valueOption } from './arguments.js';
import type { CliCommand, CliParts } from './cli-command.js';
import { UsageError } from './cli-error.js';
import { EXIT_CODES } from './exit-codes.js';
import type { CliIo } from './io.js';

/** What the command line asks for. */
export type Parsed =
  /** Help, or what a shell needs to complete words. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly command: CliCommand; readonly args: Arguments };

/** Help reads badly in longer lines. */
const WIDEST_HELP = 100;

/**
 * Only reads; what is asked for is run by the caller, so that errors and output go one way.
 *
 * @throws {UsageError}
 */
export function parse(
  argv: readonly string[],
  io: CliIo,
  commands: readonly CliCommand[],
  parts: CliParts,
): Parsed {
  let run: Parsed | undefined;
  let shown = '';
  let version = false;
  const parser = program(Math.min(io.stdout.columns ?? 80, WIDEST_HELP));
  for (const command of commands) {
    parser.command(
      command.usage,
      command.summary,
      (own) => describe(command, own, parts),
      (args) => {
        run = { kind: 'run', command, args };
      },
    );
  }
  parser.parse([...argv], (_error: unknown, args: Arguments, text: string) => {
    if (text !== '') shown = text;
    version = args['version'] === true;
  });
  if (shown !== '') return { kind: 'text', text: `${shown}\n` };
  if (run !== undefined) return run;
  if (version) return { kind: 'version' };
  throw new UsageError('which command? `candado --help` lists them');
}

function program(width: number): Argv {
  return yargs()
    .scriptName('candado')
    .locale('en')
    .wrap(width)
    .usage('$0 <command>\n\nShares files, and lets one client at a time change one.')
    .epilogue(`Exit codes:\n${exitCodeLines()}`)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
      'parse-numbers': false,
      'populate--': true,
    })
    .completion('completion', 'Print a script that completes these commands, for $SHELL')
    .help()
    .version(false)
    .option('version', { type: 'boolean', describe: 'Show version number', global: false })
    .strict()
    .recommendCommands()
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(message ?? error.message);
    });
}

function describe(command: CliCommand, own: Argv, parts: CliParts): Argv {
  own.usage(`$0 ${command.usage}\n\n${command.summary}`);
  for (const [line, explanation] of command.examples) own.example(line, explanation);
  if (command.openEnded === true) {
    own.strict(false);
  } else {
    own.option('host', valueOption('Where Candado listens [CANDADO_HOST, or 127.0.0.1]'));
    own.option('port', valueOption('Its port [CANDADO_PORT, or 6780]'));
  }
  return command.options(own, parts);
}

function exitCodeLines(): string {
  return EXIT_CODES.map(({ code, means }) => `  ${code}  ${means}`).join('\n');
}
