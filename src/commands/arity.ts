import type { Command } from './command.js';
import { failure, type Reply } from './reply.js';
import type { CommandSpec } from './spec.js';
import { usageOf } from './usage.js';

/**
 * Whether a command came with a fitting number of arguments. Where a content is still on its way,
 * how many follow it is known only as none or some; the handler counts those.
 */
export function arityFits(spec: CommandSpec, command: Command): boolean {
  const { upload } = command;
  const streamed = upload === undefined ? 0 : upload.hasTail ? 2 : 1;
  return countFits(spec, 1 + command.args.length + streamed);
}

/** @param count as Redis counts: the command's name, and a subcommand's word, included */
export function countFits(spec: CommandSpec, count: number): boolean {
  return spec.arity < 0 ? count >= -spec.arity : count === spec.arity;
}

export function wrongArity(spec: CommandSpec): Reply {
  const name = spec.name.toLowerCase();
  return failure('ERR', `wrong number of arguments for '${name}' command; usage: ${usageOf(spec)}`);
}
