import { namePositional, requiredText, text, valueOption } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { ExitCode } from '../exit-codes.js';
import { print } from '../print.js';

export const breakLock: CliCommand = {
  usage: 'break <name>',
  summary: 'End a lock whose holder will not come back; what it still tries to put is refused.',
  examples: [
    ['candado break notes.txt --reason "its host is gone"', 'the holder is told who and why'],
    ['candado unlock notes.txt', 'look first: who holds it, and until when'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .option('reason', valueOption("Why: for the holder, and for the server's log")),

  run: (args, { io, withClient }) =>
    withClient(async (client) => {
      const name = requiredText(args, 'name');
      const holders = await client.breakLock(name, text(args, 'reason'));
      await print(io.stdout, `${outcome(name, holders)}\n`);
      return ExitCode.ok;
    }),
};

function outcome(name: string, holders: number): string {
  if (holders === 0) return `${name} is not locked by anybody`;
  return `${name} was taken from ${holders === 1 ? 'its holder' : `its ${holders} holders`}`;
}
