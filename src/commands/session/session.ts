import { injectable } from 'inversify';
import { KeptSessions } from '../../sessions/kept-sessions.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { bulk, failure, integer, type Reply, record } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `SESSION`: keep my locks for a while if my connection is lost. */
@injectable()
export class SessionCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'SESSION',
    arity: 1,
    group: 'lock',
    summary: 'Keeps the locks of this connection for a grace time after it is lost.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast'],
    arguments: [],
    keyPosition: 0,
  };

  constructor(private readonly kept: KeptSessions) {
    super();
  }

  override async execute(
    _command: Command,
    { session, connection }: CommandContext,
  ): Promise<Reply> {
    const ticket = await this.kept.keep(session, connection);
    if (ticket === undefined) {
      return failure('BUSY', 'this replica keeps as many sessions as it can; try again later');
    }
    return record([
      ['id', bulk(ticket.id)],
      ['secret', bulk(ticket.secret)],
      ['grace', integer(ticket.graceMs)],
    ]);
  }
}
