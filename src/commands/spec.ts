import type { Command } from './command.js';
import type { CommandContext } from './context.js';
import type { Reply } from './reply.js';

export type CommandGroup = 'connection' | 'server' | 'file' | 'lock' | 'time' | 'pubsub';

/** One argument of a command, as `COMMAND DOCS` describes it. */
export interface ArgumentSpec {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'pattern' | 'unix-time' | 'pure-token' | 'oneof' | 'block';
  /** The literal word that stands before it, or is it. */
  readonly token?: string;
  readonly optional?: boolean;
  /** May be given more than once, one behind the other. */
  readonly multiple?: boolean;
  /** For `block` and `oneof`. */
  readonly arguments?: readonly ArgumentSpec[];
}

/** A command as data: its grammar, what clients may know about it, its help text. */
export interface CommandSpec {
  /** Upper-case; of a subcommand with its container's name before it: `CLIENT|LIST`. */
  readonly name: string;
  /** As Redis counts: the name included; negative: at least that many. */
  readonly arity: number;
  readonly group: CommandGroup;
  /** One sentence for `COMMAND DOCS` and `candado` help. */
  readonly summary: string;
  /** The first version of Candado that has it. */
  readonly since: string;
  readonly complexity?: string;
  readonly flags: readonly (
    | 'readonly'
    | 'write'
    | 'blocking'
    | 'fast'
    | 'admin'
    | 'loading'
    | 'pubsub'
  )[];
  readonly arguments: readonly ArgumentSpec[];
  /** Place of the file name among the arguments, counted from 1 (0: none), as Redis's first key. */
  readonly keyPosition: 0 | 1;
  /** Index in `Command.args` of the argument that may be streamed instead of buffered. */
  readonly contentIndex?: number;
  /** Of a container such as `CLIENT`, whose first argument chooses one of these. */
  readonly subcommands?: readonly CommandSpec[];
}

/**
 * A command: {@link spec} and what it does. One file a command.
 *
 * {@link execute} answers at once where nothing has to be awaited. Refusals are replies of kind
 * `error`; what it throws is a fault and becomes one.
 */
export abstract class CommandHandler {
  abstract readonly spec: CommandSpec;
  /**
   * Whether equal requests without arguments that came in one read, one behind the other, may all be
   * given the reply to the first: it changes nothing, and answers at once.
   */
  readonly answersAlike: boolean = false;
  abstract execute(command: Command, context: CommandContext): Reply | Promise<Reply>;
}
