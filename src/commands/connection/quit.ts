import { injectable } from 'inversify';
import { OK, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

const BYE: Reply = { kind: 'bye', reply: OK };

/** `QUIT`: closes the connection, once everything before it was answered. */
@injectable()
export class QuitCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'QUIT',
    arity: -1,
    group: 'connection',
    summary: 'Closes the connection; its locks are released.',
    since: '0.1.0',
    complexity: 'O(n) in the locks held',
    flags: ['fast', 'loading'],
    arguments: [],
    keyPosition: 0,
  };

  override execute(): Reply {
    return BYE;
  }
}
