import type { Clock } from '../../../clock/clock.js';
import type { Subcommand } from '../../subcommands.js';
import { describe } from './describe.js';
import { clientSpec } from './spec.js';

export const clientInfo = (clock: Clock): Subcommand => ({
  spec: clientSpec('INFO', { arity: 2, summary: 'Describes this connection.' }),
  execute: (_args, { connection }) => ({
    kind: 'verbatim',
    value: `${describe(connection, clock.monotonicMs())}\n`,
  }),
});
