import { injectable } from 'inversify';
import { Subscribers } from '../../events/subscribers.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { subscribing } from './subscribing.js';
import { PATTERNS } from './topics.js';

/** `PSUBSCRIBE`: as `SUBSCRIBE`, for every channel that matches. */
@injectable()
export class PsubscribeCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'PSUBSCRIBE',
    arity: -2,
    group: 'pubsub',
    summary: 'Listens to every channel that matches a pattern, such as file:docs/*.',
    since: '0.1.0',
    complexity: 'O(n) in the number of patterns',
    flags: ['pubsub', 'loading'],
    arguments: [{ name: 'pattern', type: 'pattern', multiple: true }],
    keyPosition: 0,
  };

  constructor(private readonly subscribers: Subscribers) {
    super();
  }

  override execute({ args }: Command, context: CommandContext): Reply | Promise<Reply> {
    return subscribing(this.subscribers, context, PATTERNS, args);
  }
}
