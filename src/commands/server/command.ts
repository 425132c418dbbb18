import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { array, bulk, integer, NULL, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { type Subcommand, Subcommands } from '../subcommands.js';
import { commandDocs } from './command-docs.js';
import { commandInfo } from './command-info.js';

/** `COMMAND`: what the commands are, in Redis's own reply shapes, made from their specs. */
export class CommandCommand extends CommandHandler {
  override readonly spec: CommandSpec;
  readonly #subcommands: Subcommands;

  /** @param all every command, this one included; asked only when a client asks */
  constructor(private readonly all: () => readonly CommandSpec[]) {
    super();
    this.#subcommands = new Subcommands('COMMAND', 'server', [
      this.#count,
      this.#list,
      this.#info,
      this.#docs,
    ]);
    this.spec = {
      name: 'COMMAND',
      arity: -1,
      group: 'server',
      summary: 'Describes all commands.',
      since: '0.1.0',
      complexity: 'O(n) in the number of commands',
      flags: ['loading'],
      arguments: [],
      keyPosition: 0,
      subcommands: this.#subcommands.specs,
    };
  }

  override execute({ args }: Command, context: CommandContext): Reply | Promise<Reply> {
    return args.length === 0
      ? array(this.all().map(commandInfo))
      : this.#subcommands.run(args, context);
  }

  get #count(): Subcommand {
    return {
      spec: subcommandSpec('COUNT', 2, 'Returns how many commands there are.'),
      execute: () => integer(this.all().length),
    };
  }

  get #list(): Subcommand {
    return {
      spec: subcommandSpec('LIST', 2, 'Lists the names of all commands.'),
      execute: () =>
        array(
          this.all()
            .flatMap((spec) => [spec, ...(spec.subcommands ?? [])])
            .map((spec) => bulk(spec.name.toLowerCase())),
        ),
    };
  }

  get #info(): Subcommand {
    return {
      spec: subcommandSpec('INFO', -2, 'Describes commands for clients: arity, flags, file name.'),
      execute: (names) =>
        array(
          names.length === 0
            ? this.all().map(commandInfo)
            : names.map((name) => {
                const spec = this.#find(name);
                return spec === undefined ? NULL : commandInfo(spec);
              }),
        ),
    };
  }

  get #docs(): Subcommand {
    return {
      spec: subcommandSpec('DOCS', -2, 'Describes commands for people: summary and arguments.'),
      execute: (names) => {
        const wanted = names.length === 0 ? this.all() : names.map((name) => this.#find(name));
        return record(
          [...new Set(wanted)]
            .filter((spec) => spec !== undefined)
            .map((spec) => [spec.name.toLowerCase(), commandDocs(spec)]),
        );
      },
    };
  }

  #find(name: Buffer): CommandSpec | undefined {
    const wanted = name.toString('latin1').toUpperCase();
    const [container] = wanted.split('|', 1);
    const found = this.all().find((spec) => spec.name === container);
    return wanted === container
      ? found
      : found?.subcommands?.find((subcommand) => subcommand.name === wanted);
  }
}

function subcommandSpec(word: string, arity: number, summary: string): CommandSpec {
  return {
    name: `COMMAND|${word}`,
    arity,
    group: 'server',
    summary,
    since: '0.1.0',
    complexity: 'O(n) in the number of commands',
    flags: ['loading'],
    arguments:
      arity < 0 ? [{ name: 'command-name', type: 'string', optional: true, multiple: true }] : [],
    keyPosition: 0,
  };
}
