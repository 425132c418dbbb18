import { injectable } from 'inversify';
import { Subscribers } from '../../events/subscribers.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { unsubscribing } from './subscribing.js';
import { PATTERNS } from './topics.js';

/** `PUNSUBSCRIBE`: ends what `PSUBSCRIBE` began. */
@injectable()
export class PunsubscribeCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'PUNSUBSCRIBE',
    arity: -1,
    group: 'pubsub',
    summary: 'Ends listening to patterns; without any, to all of them.',
    since: '0.1.0',
    complexity: 'O(n) in the number of patterns',
    flags: ['pubsub', 'loading'],
    arguments: [{ name: 'pattern', type: 'pattern', optional: true, multiple: true }],
    keyPosition: 0,
  };

  constructor(private readonly subscribers: Subscribers) {
    super();
  }

  override execute({ args }: Command, context: CommandContext): Reply {
    return unsubscribing(this.subscribers, context, PATTERNS, args);
  }
}
