import { injectable } from 'inversify';
import { wrongArity } from '../arity.js';
import type { Command } from '../command.js';
import { failure, OK, type Reply } from '../reply.js';
import { CommandHandler, type CommandSpec } from '../spec.js';
import { refuseUser } from './sign-in.js';

/** `AUTH`: answered as a Redis does that asks for no password. */
@injectable()
export class AuthCommand extends CommandHandler {
  override readonly spec: CommandSpec = {
    name: 'AUTH',
    arity: -2,
    group: 'connection',
    summary: 'Signs in; no password is asked for, so clients need not.',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [
      { name: 'username', type: 'string', optional: true },
      { name: 'password', type: 'string' },
    ],
    keyPosition: 0,
  };

  override execute({ args }: Command): Reply {
    if (args.length > 2) return wrongArity(this.spec);
    const [user, password] = args;
    if (password === undefined || user === undefined) {
      // Client libraries know this sentence and go on with a warning.
      return failure(
        'ERR',
        'AUTH <password> called without any password configured for the default user: leave it out',
      );
    }
    return refuseUser(user.toString('utf8')) ?? OK;
  }
}
