import { injectable } from 'inversify';
import type { Command } from '../command.js';
import { bulk, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `ECHO`: the same bytes back. */
@injectable()
export class EchoCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'ECHO',
    arity: 2,
    group: 'connection',
    summary: 'Returns the message it was given.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [{ name: 'message', type: 'string' }],
    keyPosition: 0,
  };

  override execute({ args }: Command): Reply {
    return bulk(args[0] ?? '');
  }
}
