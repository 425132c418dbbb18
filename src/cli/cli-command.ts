import type { Argv } from 'yargs';
import type { CandadoClient } from '../client/index.js';
import type { Arguments } from './arguments.js';
import type { Target } from './explain.js';
import type { CliIo } from './io.js';
import type { StoreTools } from './store-tools.js';

/** One flag of `candado serve`, for its help. */
export interface SettingHelp {
  /** Without its dashes: `redis-url`. */
  readonly flag: string;
  readonly help: string;
}

/** What the command line cannot do by itself. */
export interface CliParts {
  /** Runs the server until it is stopped; resolves to the exit code. */
  readonly serve: (flags: Readonly<Record<string, string>>) => Promise<number>;
  /** Opens a store without a server. */
  readonly store?: (
    flags: Readonly<Record<string, string>>,
    mustExist: boolean,
  ) => Promise<StoreTools>;
  /** For the help and the completion of `serve`; which flags are right is for `serve` to say. */
  readonly settings?: () => Promise<readonly SettingHelp[]>;
}

/** What a command gets to work with. */
export interface CliContext {
  readonly io: CliIo;
  readonly parts: CliParts;
  readonly target: Target;
  /** What stood behind `--`; empty but for commands with {@link CliCommand.runsAnother}. */
  readonly rest: readonly string[];
  /** Connects, hands the client over, and closes it however that ends. */
  withClient<T>(action: (client: CandadoClient) => Promise<T>): Promise<T>;
}

export interface CliCommand {
  /** As yargs wants it: `get <name>`. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  readonly examples: readonly (readonly [command: string, explanation: string])[];
  /** Takes options that are not declared, and none of those that all others have. */
  readonly openEnded?: boolean;
  /** Works on a store from here: has no server to connect to. */
  readonly local?: boolean;
  /** Takes another program's command line behind `--`. */
  readonly runsAnother?: boolean;
  /** @param settings those of the server, for its command alone */
  options(yargs: Argv, settings: readonly SettingHelp[]): Argv;
  /** Resolves to the exit code. */
  run(args: Arguments, context: CliContext): Promise<number>;
}
