import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import type { Command } from '../command.js';
import { ConnectionDirectory } from '../connection-directory.js';
import type { CommandContext } from '../context.js';
import type { Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { Subcommands } from '../subcommands.js';
import { clientNoEvict, clientNoTouch } from './client/eviction.js';
import { clientId } from './client/id.js';
import { clientInfo } from './client/info.js';
import { clientList } from './client/list.js';
import { clientGetName, clientSetName } from './client/name.js';
import { clientReply } from './client/reply.js';
import { clientSetInfo } from './client/set-info.js';
import { clientCaching, clientTracking } from './client/tracking.js';
import { clientUnblock } from './client/unblock.js';

/** `CLIENT`: connections, this one and the others of this replica. */
@injectable()
export class ClientCommand extends CommandHandler {
  override readonly spec: CommandSpec;
  readonly #subcommands: Subcommands;

  constructor(directory: ConnectionDirectory, clock: Clock) {
    super();
    this.#subcommands = new Subcommands('CLIENT', 'connection', [
      clientId,
      clientInfo(clock),
      clientList(directory, clock),
      clientSetName,
      clientGetName,
      clientSetInfo,
      clientUnblock(directory),
      clientReply,
      clientNoEvict,
      clientNoTouch,
      clientTracking,
      clientCaching,
    ]);
    this.spec = {
      name: 'CLIENT',
      arity: -2,
      group: 'connection',
      summary: 'A container for what concerns connections.',
      since: '0.1.0',
      complexity: 'Depends on the subcommand',
      flags: ['loading'],
      arguments: [],
      keyPosition: 0,
      subcommands: this.#subcommands.specs,
    };
  }

  override execute({ args }: Command, context: CommandContext): Reply | Promise<Reply> {
    return this.#subcommands.run(args, context);
  }
}
