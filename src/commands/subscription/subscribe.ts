import { injectable } from 'inversify';
import { Subscribers } from '../../events/subscribers.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { subscribing } from './subscribing.js';
import { CHANNELS } from './topics.js';

/** `SUBSCRIBE`: from now on this connection is told what becomes of files or their locks. */
@injectable()
export class SubscribeCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'SUBSCRIBE',
    arity: -2,
    group: 'pubsub',
    summary: 'Listens to what becomes of files and locks: file:<name>, lock:<name>.',
    since: '0.1.0',
    complexity: 'O(n) in the number of channels',
    flags: ['pubsub', 'loading'],
    arguments: [{ name: 'channel', type: 'string', multiple: true }],
    keyPosition: 0,
  };

  constructor(private readonly subscribers: Subscribers) {
    super();
  }

  override execute({ args }: Command, context: CommandContext): Reply | Promise<Reply> {
    return subscribing(this.subscribers, context, CHANNELS, args);
  }
}
