import type { Clock } from '../../../clock/clock.js';
import { printable } from '../../arguments.js';
import type { ConnectionDirectory } from '../../connection-directory.js';
import type { ConnectionHandle } from '../../context.js';
import { failure, type Reply } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { choice, wordOf } from './choice.js';
import { connectionIdOf } from './connection-id.js';
import { describe, isSubscribed } from './describe.js';
import { clientSpec } from './spec.js';

/** As Redis sorts connections; ours are of the first or the last type. */
const TYPES = ['NORMAL', 'MASTER', 'REPLICA', 'PUBSUB'];

export const clientList = (directory: ConnectionDirectory, clock: Clock): Subcommand => ({
  spec: clientSpec('LIST', {
    arity: -2,
    summary: 'Describes the connections of this replica, one a line.',
    complexity: 'O(n) in the number of connections',
    flags: ['admin', 'loading'],
    arguments: [
      { ...choice('client-type', TYPES), token: 'TYPE', optional: true },
      {
        name: 'ids',
        type: 'block',
        token: 'ID',
        optional: true,
        arguments: [{ name: 'client-id', type: 'integer', multiple: true }],
      },
    ],
  }),
  execute: (args) => {
    const chosen = choose(args, directory);
    if (!Array.isArray(chosen)) return chosen;
    const nowMs = clock.monotonicMs();
    const lines = chosen.map((connection) => `${describe(connection, nowMs)}\n`);
    return { kind: 'verbatim', value: lines.join('') };
  },
});

function choose(
  args: readonly Buffer[],
  directory: ConnectionDirectory,
): ConnectionHandle[] | Reply {
  const [filter, ...values] = args;
  if (filter === undefined) return [...directory.all()];
  const word = wordOf(filter);
  if (word === 'TYPE' && values.length === 1) return ofType(wordOf(values[0]), directory);
  if (word === 'ID' && values.length > 0) return withIds(values, directory);
  return failure('ERR', 'syntax error: CLIENT LIST takes TYPE and a type, or ID and ids');
}

function ofType(type: string, directory: ConnectionDirectory): ConnectionHandle[] | Reply {
  if (!TYPES.includes(type)) return failure('ERR', `Unknown client type '${printable(type)}'`);
  if (type !== 'NORMAL' && type !== 'PUBSUB') return [];
  const subscribed = type === 'PUBSUB';
  return [...directory.all()].filter((connection) => isSubscribed(connection) === subscribed);
}

function withIds(
  values: readonly Buffer[],
  directory: ConnectionDirectory,
): ConnectionHandle[] | Reply {
  const chosen = new Set<ConnectionHandle>();
  for (const value of values) {
    const id = connectionIdOf(value);
    if (id === undefined) return failure('ERR', 'Invalid client ID: it is a whole number');
    const connection = directory.get(id);
    if (connection !== undefined) chosen.add(connection);
  }
  return [...chosen];
}
