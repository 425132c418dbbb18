import type { CommandSpec } from '../../spec.js';

/** What sets one `CLIENT` subcommand apart. */
type ClientSpec = Pick<CommandSpec, 'arity' | 'summary'> & Partial<CommandSpec>;

/** The spec of `CLIENT <word>`. */
export function clientSpec(word: string, spec: ClientSpec): CommandSpec {
  return {
    name: `CLIENT|${word}`,
    group: 'connection',
    since: '0.1.0',
    complexity: 'O(1)',
    flags: ['fast', 'loading'],
    arguments: [],
    keyPosition: 0,
    ...spec,
  };
}
