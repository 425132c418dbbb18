import { failure, OK } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { choice, notOneOf, wordOf } from './choice.js';
import { clientSpec } from './spec.js';

const SWITCH = ['ON', 'OFF'];
const ANSWER = ['YES', 'NO'];

const NOT_OFFERED = failure(
  'ERR',
  'client-side caching is not offered: ask for the version with STAT instead',
);

export const clientTracking: Subcommand = {
  spec: clientSpec('TRACKING', {
    arity: -3,
    summary: 'Accepts OFF: client-side caching is not offered.',
    arguments: [choice('status', SWITCH)],
  }),
  execute: ([status]) => {
    const word = wordOf(status);
    if (!SWITCH.includes(word)) return notOneOf(word, SWITCH);
    return word === 'OFF' ? OK : NOT_OFFERED;
  },
};

export const clientCaching: Subcommand = {
  spec: clientSpec('CACHING', {
    arity: 3,
    summary: 'Refused: client-side caching is not offered.',
    arguments: [choice('mode', ANSWER)],
  }),
  execute: ([mode]) =>
    ANSWER.includes(wordOf(mode)) ? NOT_OFFERED : notOneOf(wordOf(mode), ANSWER),
};
