import { bulk, failure, NULL, OK } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { badClientName, isClientName } from '../client-name.js';
import { clientSpec } from './spec.js';

export const clientSetName: Subcommand = {
  spec: clientSpec('SETNAME', {
    arity: 3,
    summary: 'Names this connection; LOCKS shows the name of who holds a lock.',
    arguments: [{ name: 'connection-name', type: 'string' }],
  }),
  execute: ([name = Buffer.alloc(0)], { connection }) => {
    if (!isClientName(name)) return failure('ERR', badClientName('Client names'));
    connection.clientName = name.toString('latin1');
    return OK;
  },
};

export const clientGetName: Subcommand = {
  spec: clientSpec('GETNAME', {
    arity: 2,
    summary: 'Returns the name of this connection, or null if it has none.',
  }),
  execute: (_args, { connection }) =>
    connection.clientName === '' ? NULL : bulk(connection.clientName),
};
