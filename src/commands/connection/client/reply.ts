import { failure, OK } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { choice, notOneOf, wordOf } from './choice.js';
import { clientSpec } from './spec.js';

const MODES = ['ON', 'OFF', 'SKIP'];

export const clientReply: Subcommand = {
  spec: clientSpec('REPLY', {
    arity: 3,
    summary: 'Accepts ON: every command is answered.',
    arguments: [choice('action', MODES)],
  }),
  execute: ([mode]) => {
    const word = wordOf(mode);
    if (!MODES.includes(word)) return notOneOf(word, MODES);
    return word === 'ON'
      ? OK
      : failure('ERR', `CLIENT REPLY ${word} is not offered: every command is answered`);
  },
};
