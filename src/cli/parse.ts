import yargs, { type Argv } from 'yargs';
import { type Arguments, LONE_DASH, valueOption } from './arguments.js';
import type { CliCommand, SettingHelp } from './cli-command.js';
import { UsageError } from './cli-error.js';
import { EXIT_CODES } from './exit-codes.js';
import type { CliIo } from './io.js';

/** What the command line asks for. */
export type Parsed =
  /** Help, or what a shell needs to complete words. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'run';
      readonly command: CliCommand;
      readonly args: Arguments;
      /** What stood behind `--`. */
      readonly rest: readonly string[];
    };

const COMPLETION = 'Print a script that teaches your shell ($SHELL) to complete these commands.';

/** How the script asks. */
const COMPLETION_REQUEST = '--get-yargs-completions';

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
  settings: readonly SettingHelp[],
): Parsed {
  const [own, rest] = prepare(argv);
  let run: Parsed | undefined;
  let shown = '';
  let version = false;
  const parser = program(Math.min(io.stdout.columns ?? 80, WIDEST_HELP));
  parser.command('completion', COMPLETION, {}, () => {
    parser.showCompletionScript();
  });
  for (const command of commands) {
    parser.command(
      command.usage,
      command.summary,
      (builder) => describe(command, builder.fail(refusalOf(command)), settings),
      (args) => {
        run = { kind: 'run', command, args, rest };
      },
    );
  }
  parser.parse([...own], (_error: unknown, args: Arguments, text: string) => {
    if (text !== '') shown = text;
    version = args['version'] === true;
  });
  if (shown !== '') return { kind: 'text', text: `${shown}\n` };
  if (run !== undefined) return run;
  if (version) return { kind: 'version' };
  throw new UsageError('which command? `candado --help` lists them');
}

/** What follows `--` is no business of this parser, which would take options out of it. */
function prepare(argv: readonly string[]): [own: readonly string[], rest: readonly string[]] {
  // A shell that asks how `--` or `-` could go on means the beginning of an option.
  if (argv[0] === COMPLETION_REQUEST) return [argv, []];
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end + 1);
  return [own.map((word) => (word === '-' ? LONE_DASH : word)), rest];
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
      'parse-numbers': false,
    })
    .help()
    .version(false)
    .option('version', { type: 'boolean', describe: 'Show version number', global: false })
    .strict()
    .recommendCommands()
    .fail((message, error) => {
      throw refusal(message, error);
    });
}

function refusal(message: string | null, error: Error): UsageError {
  if (error instanceof UsageError) return error;
  return new UsageError((message ?? error.message).replaceAll(LONE_DASH, '-'));
}

/** Says which arguments a command takes where yargs only counts them. */
function refusalOf(command: CliCommand): (message: string | null, error: Error) => never {
  return (message, error) => {
    if (message?.startsWith('Not enough non-option arguments')) {
      throw new UsageError(`the command is: candado ${command.usage}`);
    }
    throw refusal(message, error);
  };
}

function describe(command: CliCommand, own: Argv, settings: readonly SettingHelp[]): Argv {
  own.usage(`$0 ${command.usage}\n\n${command.summary}`);
  for (const [line, explanation] of command.examples) own.example(line, explanation);
  if (command.openEnded === true) {
    own.strict(false);
  } else if (command.local !== true) {
    own.option('host', valueOption('Where Candado listens [CANDADO_HOST, or 127.0.0.1]'));
    own.option('port', valueOption('Its port [CANDADO_PORT, or 6780]'));
  }
  return command.options(own, settings);
}

function exitCodeLines(): string {
  return EXIT_CODES.map(({ code, means }) => `  ${code}  ${means}`).join('\n');
}
