import { injectable } from 'inversify';
import { FileLocking } from '../../sessions/file-locking.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { integer, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { fencedReply, notLockedReply } from './lock-reply.js';

/** `RENEW`: a full lease from now on, also for one that ran out but was not granted since. */
@injectable()
export class RenewCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'RENEW',
    arity: -2,
    group: 'lock',
    summary: 'Extends the lease of a lock that this session holds.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['write', 'fast'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'ms', type: 'integer', token: 'TTL', optional: true },
    ],
    keyPosition: 1,
  };

  constructor(private readonly locking: FileLocking) {
    super();
  }

  override async execute(command: Command, { session }: CommandContext): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    let ttlMs: number | undefined;
    reader.options({
      TTL: () => {
        ttlMs = reader.ttlMs();
      },
    });
    const lock = session.held.get(name);
    const result = await this.locking.renew(session, name, ttlMs);
    switch (result.outcome) {
      case 'renewed':
        return integer(result.ttlMs);
      case 'notlocked':
        return notLockedReply(name);
      case 'lost':
        return fencedReply(name, lock?.lostBecause);
    }
  }
}
