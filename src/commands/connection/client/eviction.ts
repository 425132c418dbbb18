import { OK } from '../../reply.js';
import type { Subcommand } from '../../subcommands.js';
import { choice, notOneOf, wordOf } from './choice.js';
import { clientSpec } from './spec.js';

const SWITCH = ['ON', 'OFF'];

/** Nothing is evicted and no use is recorded here, so either setting is what is done anyway. */
const accepted = (word: string, summary: string): Subcommand => ({
  spec: clientSpec(word, { arity: 3, summary, arguments: [choice('enabled', SWITCH)] }),
  execute: ([enabled]) => {
    const given = wordOf(enabled);
    return SWITCH.includes(given) ? OK : notOneOf(given, SWITCH);
  },
});

export const clientNoEvict = accepted('NO-EVICT', 'Changes nothing: no client is evicted.');
export const clientNoTouch = accepted('NO-TOUCH', 'Changes nothing: reading marks no file.');
