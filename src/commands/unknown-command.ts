import { printable } from './arguments.js';
import type { Command } from './command.js';
import { nearestName } from './nearest-name.js';
import { failure, type Reply } from './reply.js';

/** How much of an unknown command's arguments its error repeats, in characters. */
const MAX_SHOWN_ARGUMENTS = 128;

/** Begins as Redis's own sentence does, which clients compare; ends with what may be done. */
export function unknownCommand(command: Command, known: readonly string[]): Reply {
  const nearest = nearestName(command.name, known);
  const remedy = nearest === undefined ? 'COMMAND LIST names them all' : `did you mean ${nearest}?`;
  return failure(
    'ERR',
    `unknown command '${printable(command.name)}', with args beginning with: ${shown(command.args)}; ${remedy}`,
  );
}

function shown(args: readonly Buffer[]): string {
  let text = '';
  for (const argument of args) {
    if (text.length >= MAX_SHOWN_ARGUMENTS) break;
    text += `'${printable(argument.subarray(0, MAX_SHOWN_ARGUMENTS).toString('latin1'))}' `;
  }
  return text.slice(0, MAX_SHOWN_ARGUMENTS).trimEnd();
}
