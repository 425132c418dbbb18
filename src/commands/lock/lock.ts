import { injectable } from 'inversify';
import { FileLocking } from '../../sessions/file-locking.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { LOCK_OPTIONS, readLockOptions, wishOf } from './lock-options.js';
import { deniedReply, grantedReply } from './lock-reply.js';

/** `LOCK`: the right to change a file, or to be sure that nobody does. */
@injectable()
export class LockCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'LOCK',
    arity: -2,
    group: 'lock',
    summary: 'Locks a file; with WAIT, queues for it first in, first out.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['write', 'blocking'],
    arguments: [{ name: 'name', type: 'string' }, ...LOCK_OPTIONS],
    keyPosition: 1,
  };

  constructor(private readonly locking: FileLocking) {
    super();
  }

  override async execute(command: Command, context: CommandContext): Promise<Reply> {
    const { session, connection } = context;
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    const wish = wishOf(name, readLockOptions(reader), connection);
    session.holder = connection.clientName;
    const outcome = await this.locking.lock(session, name, wish);
    return outcome.outcome === 'granted'
      ? grantedReply(outcome.lock)
      : deniedReply(name, outcome, connection.signal);
  }
}
