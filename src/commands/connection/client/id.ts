import { integer } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { clientSpec } from './spec.js';

export const clientId: Subcommand = {
  spec: clientSpec('ID', { arity: 2, summary: 'Returns the number of this connection.' }),
  execute: (_args, { connection }) => integer(connection.id),
};
