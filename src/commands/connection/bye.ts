import { injectable } from 'inversify';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { CommandOptions } from '../options.js';
import { OK, type Reply } from '../reply.js';
import { Shutdown } from '../shutdown.js';
import { CommandHandler, type CommandSpec } from '../spec.js';

/** `BYE`: closes the connection and, where that is allowed, stops the whole process. */
@injectable()
export class ByeCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'BYE',
    arity: 1,
    group: 'connection',
    summary: 'Closes the connection; with ALLOW_REMOTE_SHUTDOWN, also drains and stops the server.',
    since: '0.1.0',
    complexity: 'O(n) in the locks held',
    flags: ['fast', 'loading'],
    arguments: [],
    keyPosition: 0,
  };

  constructor(
    private readonly options: CommandOptions,
    private readonly shutdown: Shutdown,
  ) {
    super();
  }

  override execute(_command: Command, { connection }: CommandContext): Reply {
    if (this.options.allowRemoteShutdown) {
      this.shutdown.request(`BYE from ${connection.remoteAddress}`);
    }
    return { kind: 'bye', reply: OK };
  }
}
