import { injectable } from 'inversify';
import { KeptSessions } from '../../sessions/kept-sessions.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { array, bulk, failure, integer, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `RESUME`: go on with a session whose connection was lost. */
@injectable()
export class ResumeCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'RESUME',
    arity: 3,
    group: 'lock',
    summary: 'Takes over a kept session with its locks, from whichever replica had it.',
    since: '0.1.0',
    complexity: 'O(n) in the number of its locks',
    flags: ['write'],
    arguments: [
      { name: 'id', type: 'string' },
      { name: 'secret', type: 'string' },
    ],
    keyPosition: 0,
  };

  constructor(private readonly kept: KeptSessions) {
    super();
  }

  override async execute(command: Command, context: CommandContext): Promise<Reply> {
    const reader = new ArgumentReader(command.args, this.spec);
    const [id, secret] = [reader.text(), reader.text()];
    if (id === context.session.id)
      return failure('ERR', 'this connection has that session already');
    if (context.session.held.size > 0) {
      return failure('ERR', 'this connection holds locks of its own: UNLOCK them, then RESUME');
    }
    const session = await this.kept.resume(id, secret, context.connection, context.session);
    if (session === undefined) {
      return failure(
        'NOPERM',
        'no such session is kept any more, or its secret is another: LOCK anew',
      );
    }
    context.adopt(session);
    return array(
      [...session.held.values()].map((lock) =>
        record([
          ['name', bulk(lock.name)],
          ['mode', bulk(lock.mode)],
          ['token', integer(lock.token)],
          ['version', integer(lock.head.version)],
          ['ttl', integer(lock.ttlMs)],
        ]),
      ),
    );
  }
}
