import { injectable, multiInject } from 'inversify';
import { Log } from '../telemetry/log.js';
import { arityFits, wrongArity } from './arity.js';
import type { Command } from './command.js';
import { CommandObserver, type Outcome } from './command-observer.js';
import { CommandTally } from './command-tally.js';
import type { CommandContext } from './context.js';
import { faultReply, INTERNAL_ERROR } from './fault-reply.js';
import type { Reply } from './reply.js';
import { CommandCommand } from './server/command.js';
import { CommandHandler, type CommandSpec } from './spec.js';
import { refusedWhileSubscribed } from './subscription/while-subscribed.js';
import { unknownCommand } from './unknown-command.js';

/** What an unknown command is called where commands are counted: names come from clients. */
export const UNKNOWN = 'UNKNOWN';

/**
 * Every command by its name. Finds the handler, checks the number of arguments, turns what it
 * throws into a reply, and tells what became of it. It adds `COMMAND`, which describes all of them.
 */
@injectable()
export class CommandRegistry {
  /** Of every command, sorted by name. */
  readonly specs: readonly CommandSpec[];
  /** Upper-case, sorted. */
  readonly names: readonly string[];
  readonly #handlers = new Map<string, CommandHandler>();

  constructor(
    @multiInject(CommandHandler) handlers: readonly CommandHandler[],
    private readonly tally: CommandTally,
    private readonly observer: CommandObserver,
    private readonly log: Log,
  ) {
    const all = [...handlers, new CommandCommand(() => this.specs)];
    for (const handler of all) {
      const { name } = handler.spec;
      if (this.#handlers.has(name)) throw new TypeError(`two handlers for the command ${name}`);
      this.#handlers.set(name, handler);
    }
    this.names = [...this.#handlers.keys()].sort();
    this.specs = all
      .map((handler) => handler.spec)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * Which argument of a command may be streamed, as an index in `Command.args`; undefined for none.
   * @param name upper-case; not necessarily a known one
   */
  contentIndexOf(name: string): number | undefined {
    return this.#handlers.get(name)?.spec.contentIndex;
  }

  /**
   * See `CommandHandler.answersAlike`.
   * @param name upper-case; not necessarily a known one
   */
  answersAlike(name: string): boolean {
    return this.#handlers.get(name)?.answersAlike ?? false;
  }

  /**
   * Never throws and never rejects. The reply comes at once where the handler has it at once. A
   * content that belongs to the command has passed whole when the reply is there.
   */
  run(command: Command, context: CommandContext): Reply | Promise<Reply> {
    const handler = this.#handlers.get(command.name);
    if (handler === undefined) {
      const refusal = unknownCommand(command, this.names);
      return this.#answer(UNKNOWN, refusal, command);
    }
    const { name } = handler.spec;
    if (!arityFits(handler.spec, command)) {
      return this.#answer(name, wrongArity(handler.spec), command);
    }
    const refusal = refusedWhileSubscribed(name, context.connection);
    if (refusal !== undefined) return this.#answer(name, refusal, command);
    try {
      const reply = handler.execute(command, context);
      if (!(reply instanceof Promise)) return this.#observed(name, reply, command);
      return reply.then(
        (settled) => this.#observed(name, settled, command),
        (error: unknown) => this.#answer(name, this.#fault(name, error, context), command),
      );
    } catch (error) {
      return this.#answer(name, this.#fault(name, error, context), command);
    }
  }

  /** An answer in place of the handler's: nobody else will take the content. */
  #answer(name: string, reply: Reply, command: Command): Reply | Promise<Reply> {
    const { upload } = command;
    if (upload === undefined) return this.#observed(name, reply, command);
    upload.discard();
    const answered = (): Reply => this.#observed(name, reply, command);
    // An upload that broke off has no stream any more that could get out of step.
    return upload.tail().then(answered, answered);
  }

  #fault(name: string, error: unknown, context: CommandContext): Reply {
    const reply = faultReply(error);
    if (reply !== undefined) return reply;
    this.log.error('command.failed', 'A command failed', {
      command: name,
      conn: context.connection.id,
      session: context.session.id,
      err: error,
    });
    return INTERNAL_ERROR;
  }

  #observed(name: string, reply: Reply, { times = 1 }: Command): Reply {
    const outcome = outcomeOf(reply);
    this.tally.count(outcome !== 'ok', times);
    this.observer.answered(name, outcome, times);
    return reply;
  }
}

function outcomeOf(reply: Reply): Outcome {
  switch (reply.kind) {
    case 'error':
      return reply.code.toLowerCase() as Lowercase<typeof reply.code>;
    case 'hello':
    case 'bye':
      return outcomeOf(reply.reply);
    default:
      return 'ok';
  }
}
