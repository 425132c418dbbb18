import { injectable } from 'inversify';
import { Subscribers } from '../../events/subscribers.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { SessionReset } from '../session-reset.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

const RESET: Reply = { kind: 'hello', protocol: 2, reply: { kind: 'simple', text: 'RESET' } };

/** `RESET`: the connection as if it were new; its locks are released. */
@injectable()
export class ResetCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'RESET',
    arity: 1,
    group: 'connection',
    summary: 'Releases all locks, ends subscriptions, forgets the name and goes back to RESP2.',
    since: '0.1.0',
    complexity: 'O(n) in the locks held and the subscriptions',
    flags: ['loading'],
    arguments: [],
    keyPosition: 0,
  };

  constructor(
    private readonly sessions: SessionReset,
    private readonly subscribers: Subscribers,
  ) {
    super();
  }

  override async execute(_command: Command, context: CommandContext): Promise<Reply> {
    const { connection, session } = context;
    await this.sessions.reset(session);
    this.subscribers.leave(connection);
    connection.clientName = '';
    connection.protocol = 2;
    return RESET;
  }
}
