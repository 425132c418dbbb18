import { injectable } from 'inversify';
import type { Command } from '../command.js';
import { failure, OK, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `SELECT`: clients send it by themselves; there is one set of files. */
@injectable()
export class SelectCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'SELECT',
    arity: 2,
    group: 'connection',
    summary: 'Accepts database 0, the only one.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [{ name: 'index', type: 'integer' }],
    keyPosition: 0,
  };

  override execute({ args }: Command): Reply {
    const index = args[0]?.toString('latin1') ?? '';
    if (!/^-?\d{1,18}$/.test(index)) {
      return failure('ERR', 'value is not an integer or out of range: SELECT takes 0');
    }
    return Number(index) === 0
      ? OK
      : failure('ERR', 'DB index is out of range: there is only database 0');
  }
}
