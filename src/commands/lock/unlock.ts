import { injectable } from 'inversify';
import { FileLocking } from '../../sessions/file-locking.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { OK, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { fencedReply, notLockedReply } from './lock-reply.js';

/** `UNLOCK`: gives a lock up; who is next in line has it in the same step. */
@injectable()
export class UnlockCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'UNLOCK',
    arity: 2,
    group: 'lock',
    summary: 'Gives up a lock that this session holds.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['write', 'fast'],
    arguments: [{ name: 'name', type: 'string' }],
    keyPosition: 1,
  };

  constructor(private readonly locking: FileLocking) {
    super();
  }

  override async execute(command: Command, { session }: CommandContext): Promise<Reply> {
    const name = new ArgumentReader(command.args, this.spec).fileName();
    const lock = session.held.get(name);
    switch (await this.locking.unlock(session, name)) {
      case 'released':
        return OK;
      case 'notlocked':
        return notLockedReply(name);
      case 'lost':
        return fencedReply(name, lock?.lostBecause);
    }
  }
}
