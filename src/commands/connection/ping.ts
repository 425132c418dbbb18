import { injectable } from 'inversify';
import { wrongArity } from '../arity.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { array, bulk, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { onlyListens } from '../subscription/while-subscribed.js';

const PONG: Reply = { kind: 'simple', text: 'PONG' };

/** `PING`: whether anybody is there. */
@injectable()
export class PingCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'PING',
    arity: -1,
    group: 'connection',
    summary: 'Returns PONG, or the message it was given.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [{ name: 'message', type: 'string', optional: true }],
    keyPosition: 0,
  };

  override readonly answersAlike = true;

  /** To a RESP2 client that is subscribed as a message: it knows no other replies then. */
  override execute({ args }: Command, { connection }: CommandContext): Reply {
    const [message] = args;
    if (args.length > 1) return wrongArity(this.spec);
    if (onlyListens(connection)) return array([bulk('pong'), bulk(message ?? '')]);
    return message === undefined ? PONG : bulk(message);
  }
}
