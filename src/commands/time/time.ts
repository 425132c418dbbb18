import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { ArgumentReader } from '../arguments.js';
import type { Command } from '../command.js';
import { array, integer, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `TIME`, and `TIME t1` for the four-timestamp exchange of NTP (RFC 5905, section 8). */
@injectable()
export class TimeCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'TIME',
    arity: -1,
    group: 'time',
    summary: 'Tells the time; with t1, also when the request came and the reply left.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [{ name: 't1', type: 'unix-time', optional: true }],
    keyPosition: 0,
  };

  override readonly answersAlike = true;

  constructor(private readonly clock: Clock) {
    super();
  }

  override execute(command: Command): Reply {
    if (command.args.length === 0) return { kind: 'time', micros: this.clock.epochMicros() };
    const reader = new ArgumentReader(command.args, this.spec);
    const t1 = reader.integer('t1 in microseconds since the epoch', 0, Number.MAX_SAFE_INTEGER);
    reader.options({});
    return array([integer(t1), integer(command.receivedAt), integer(this.clock.epochMicros())]);
  }
}
