import type { ConnectionDirectory } from '../../connection-directory.js';
import { failure, integer } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { choice, notOneOf, wordOf } from './choice.js';
import { connectionIdOf } from './connection-id.js';
import { clientSpec } from './spec.js';

/** How the wait ends: as if it had run out. */
const ENDINGS = ['TIMEOUT'];

export const clientUnblock = (directory: ConnectionDirectory): Subcommand => ({
  spec: clientSpec('UNBLOCK', {
    arity: -3,
    summary: 'Ends the wait of another connection of this replica, as if it had run out.',
    flags: ['admin', 'loading'],
    arguments: [
      { name: 'client-id', type: 'integer' },
      { ...choice('unblock-type', ENDINGS), optional: true },
    ],
  }),
  execute: ([id, ending, ...more]) => {
    const number = connectionIdOf(id);
    if (number === undefined) {
      return failure('ERR', 'value is not an integer or out of range: it is a connection id');
    }
    if (more.length > 0) return failure('ERR', 'syntax error: CLIENT UNBLOCK client-id [TIMEOUT]');
    if (ending !== undefined && !ENDINGS.includes(wordOf(ending))) {
      return notOneOf(wordOf(ending), ENDINGS);
    }
    return integer(directory.unblock(number) ? 1 : 0);
  },
});
