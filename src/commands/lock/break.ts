import { injectable } from 'inversify';
import { Breaking } from '../../sessions/breaking.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { integer, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `BREAK`: ends locks of others, on the record. */
@injectable()
export class BreakCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'BREAK',
    arity: -2,
    group: 'lock',
    summary: 'Ends a lock whoever holds it, and puts that on record.',
    since: '0.1.0',
    complexity: 'O(n) in the number of its holders',
    flags: ['write', 'admin'],
    arguments: [
      { name: 'name', type: 'string' },
      { name: 'text', type: 'string', token: 'REASON', optional: true },
    ],
    keyPosition: 1,
  };

  constructor(private readonly breaking: Breaking) {
    super();
  }

  override async execute(command: Command, context: CommandContext): Promise<Reply> {
    const { session, connection } = context;
    const reader = new ArgumentReader(command.args, this.spec);
    const name = reader.fileName();
    let reason = '';
    reader.options({
      REASON: () => {
        reason = reader.remark('REASON');
      },
    });
    const { clientName: holder, remoteAddress: address } = connection;
    return integer(
      await this.breaking.break(name, { session: session.id, holder, address }, reason),
    );
  }
}
