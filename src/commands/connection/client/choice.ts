import { printable } from '../../arguments.js';
import { failure, type Reply } from '../../reply.js';
import type { ArgumentSpec } from '../../spec.js';

/** An argument that is one of a few words. */
export function choice(name: string, words: readonly string[]): ArgumentSpec {
  return {
    name,
    type: 'oneof',
    arguments: words.map((word) => ({
      name: word.toLowerCase(),
      type: 'pure-token',
      token: word,
    })),
  };
}

/** The refusal of a word that is none of them. */
export function notOneOf(given: string, words: readonly string[]): Reply {
  return failure('ERR', `syntax error: '${printable(given)}' is none of ${words.join(', ')}`);
}

export function wordOf(argument: Buffer | undefined): string {
  return argument?.toString('latin1').toUpperCase() ?? '';
}
