import { injectable } from 'inversify';
import { OK, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `READONLY`: some clients send it before they read from a replica; here every replica reads. */
@injectable()
export class ReadOnlyCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'READONLY',
    arity: 1,
    group: 'connection',
    summary: 'Changes nothing: every replica answers reads and writes.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [],
    keyPosition: 0,
  };

  override execute(): Reply {
    return OK;
  }
}
