import { injectable } from 'inversify';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { bulk, failure, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { type Subcommand, Subcommands } from '../subcommands.js';

/** Settings of Redis that clients and tools ask for, and what is true of them here. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['appendonly', 'no'],
  ['databases', '1'],
  ['save', ''],
];

const spec = (word: string, settings: Pick<CommandSpec, 'arity' | 'summary' | 'arguments'>) => ({
  name: `CONFIG|${word}`,
  group: 'server' as const,
  since: '0.1.0',
  complexity: 'O(1)',
  flags: ['admin', 'loading'] as const,
  keyPosition: 0 as const,
  ...settings,
});

const get: Subcommand = {
  spec: spec('GET', {
    arity: -3,
    summary: 'Returns the few settings that tools made for Redis ask for.',
    arguments: [{ name: 'parameter', type: 'string', multiple: true }],
  }),
  execute: (args) => {
    const asked = args.map((argument) => argument.toString('latin1').toLowerCase());
    return record(
      SETTINGS.filter(([name]) => asked.includes('*') || asked.includes(name)).map(
        ([name, value]) => [name, bulk(value)],
      ),
    );
  },
};

const set: Subcommand = {
  spec: spec('SET', {
    arity: -4,
    summary: 'Refused: settings are read once, at start.',
    arguments: [
      {
        name: 'data',
        type: 'block',
        multiple: true,
        arguments: [
          { name: 'parameter', type: 'string' },
          { name: 'value', type: 'string' },
        ],
      },
    ],
  }),
  execute: () =>
    failure('ERR', 'CONFIG SET is not offered: set environment variables or flags and start again'),
};

/** `CONFIG`: enough for tools that ask before they begin. Candado's own settings stay inside. */
@injectable()
export class ConfigCommand extends CommandHandler {
  readonly #subcommands = new Subcommands('CONFIG', 'server', [get, set]);

  override readonly spec: CommandSpec = {
    name: 'CONFIG',
    arity: -2,
    group: 'server',
    summary: 'A container for settings.',
    since: '0.1.0',
    complexity: 'Depends on the subcommand',
    flags: ['admin', 'loading'],
    arguments: [],
    keyPosition: 0,
    subcommands: this.#subcommands.specs,
  };

  override execute({ args }: Command, context: CommandContext): Reply | Promise<Reply> {
    return this.#subcommands.run(args, context);
  }
}
