import { type Arguments, namePositional, parseWhole, requiredText, text } from '../arguments.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { CliError } from '../cli-error.js';
import { readSides } from '../compared-versions.js';
import { ExitCode } from '../exit-codes.js';
import { explain } from '../explain.js';
import { type CliIo, wantsColour } from '../io.js';
import { forTerminal } from '../patch-colours.js';
import { print } from '../print.js';
import { printable } from '../table.js';
import { compare, type Side } from '../unified-diff.js';
import { VERSIONS } from '../versions.js';

/** As those of diff(1), which scripts rely on: what is 1 elsewhere is 2 here. */
const DIFFERENT = 1;
const TROUBLE = 2;

export const diff: CliCommand = {
  usage: 'diff <name> [version] [other]',
  summary: 'Show what changed between two kept versions of a text file.',
  examples: [
    ['candado diff notes.txt', 'what the current version changed'],
    ['candado diff notes.txt 3', 'from version 3 to the current one'],
    ['candado diff notes.txt 3 5 > change.patch', 'from 3 to 5, as patch(1) takes it'],
    ['candado diff notes.txt 3 && echo same', 'exits with 0 (same), 1 (different), 2 (trouble)'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .positional('version', {
        describe: 'From this version [the one before the current one]',
        type: 'string',
      })
      .positional('other', { describe: 'To this version [the current one]', type: 'string' }),

  run: async (args, context) => {
    const name = requiredText(args, 'name');
    const asked = { from: version(args, 'version'), to: version(args, 'other') };
    const [from, to] = await readAll(context, () =>
      context.withClient((client) => readSides(client, name, asked, TROUBLE)),
    );
    return await show(name, from, to, context.io);
  },
};

function version(args: Arguments, which: string): number | undefined {
  const value = text(args, which);
  return value === undefined ? undefined : parseWhole(which.toUpperCase(), value, VERSIONS);
}

async function readAll<T>({ target }: CliContext, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { exitCode, message } = explain(error, target);
    throw new CliError(exitCode === ExitCode.fault ? TROUBLE : exitCode, message);
  }
}

async function show(name: string, from: Side, to: Side, io: CliIo): Promise<number> {
  const comparison = compare(from, to);
  switch (comparison.kind) {
    case 'same':
      return ExitCode.ok;
    case 'text': {
      const { patch } = comparison;
      const people = io.stdout.isTTY === true;
      await print(io.stdout, people ? forTerminal(patch, wantsColour(io, io.stdout)) : patch);
      return DIFFERENT;
    }
    case 'binary': {
      const shown = `${name} is no text; ${from.detail}, and ${to.detail}, differ`;
      await print(io.stdout, `${printable(shown)}\n`);
      return DIFFERENT;
    }
    case 'too-different':
      throw new CliError(TROUBLE, `${name}: they differ in too much to be shown line by line`);
  }
}
