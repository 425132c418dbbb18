import { printable } from './arguments.js';
import { countFits, wrongArity } from './arity.js';
import type { CommandContext } from './context.js';
import { array, failure, type Reply } from './reply.js';
import type { CommandGroup, CommandSpec } from './spec.js';
import { usageOf } from './usage.js';

/** One of the commands behind a common first word, such as `CLIENT LIST`. */
export interface Subcommand {
  readonly spec: CommandSpec;
  /** @param args what follows the subcommand's own word */
  execute(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply>;
}

/** What the first argument of a container command chooses from; adds `HELP`. */
export class Subcommands {
  readonly specs: readonly CommandSpec[];
  readonly #known = new Map<string, Subcommand>();

  /** @param container upper-case name, which every subcommand's name begins with */
  constructor(
    private readonly container: string,
    group: CommandGroup,
    subcommands: readonly Subcommand[],
  ) {
    const all = [...subcommands, this.#help(group)];
    for (const subcommand of all) {
      this.#known.set(subcommand.spec.name.slice(container.length + 1), subcommand);
    }
    this.specs = all.map((subcommand) => subcommand.spec);
  }

  /** @param args the container's, beginning with the subcommand's word */
  run(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
    const [first, ...rest] = args;
    const word = first?.toString('latin1') ?? '';
    const subcommand = this.#known.get(word.toUpperCase());
    if (subcommand === undefined) {
      return failure('ERR', `unknown subcommand '${printable(word)}'. Try ${this.container} HELP.`);
    }
    if (!countFits(subcommand.spec, 1 + args.length)) return wrongArity(subcommand.spec);
    return subcommand.execute(rest, context);
  }

  #help(group: CommandGroup): Subcommand {
    return {
      spec: {
        name: `${this.container}|HELP`,
        arity: 2,
        group,
        summary: `Says what follows ${this.container}.`,
        since: '0.1.0',
        complexity: 'O(1)',
        flags: ['fast', 'loading'],
        arguments: [],
        keyPosition: 0,
      },
      execute: () =>
        array(
          this.specs
            .flatMap((spec) => [usageOf(spec), `    ${spec.summary}`])
            .map((text) => ({ kind: 'simple', text })),
        ),
    };
  }
}
