import { CandadoError, type LockInfo } from '../../client/index.js';
import { namePositional, requiredText } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-codes.js';
import { print } from '../print.js';
import { formatDuration } from '../quantities.js';
import { printable } from '../table.js';

export const unlock: CliCommand = {
  usage: 'unlock <name>',
  summary: 'Find out why a file is locked and what ends that; locks belong to their holders.',
  examples: [['candado unlock notes.txt', 'who holds it, and until when']],

  options: (yargs) => yargs.positional('name', namePositional()),

  run: (args, { io, withClient }) =>
    withClient(async (client) => {
      const name = requiredText(args, 'name');
      try {
        await client.unlock(name);
        await print(io.stdout, `${name} was unlocked\n`);
        return ExitCode.ok;
      } catch (error) {
        if (!(error instanceof CandadoError) || error.code !== 'NOTLOCKED') throw error;
      }
      const held = await client.locks(literal(name));
      const holders = held.filter((lock) => lock.name === name);
      if (holders.length > 0) throw new CliError(ExitCode.locked, explanation(name, holders));
      await print(io.stdout, `${name} is not locked by anybody\n`);
      return ExitCode.ok;
    }),
};

/** A name as a glob that matches nothing else. */
function literal(name: string): string {
  return name.replace(/[*?[\]()!+@|]/g, '\\$&');
}

function explanation(name: string, holders: readonly LockInfo[]): string {
  const who = holders.map((lock) => {
    const holder = lock.holder === '' ? lock.address : `${lock.holder} (${lock.address})`;
    const left =
      lock.remainingMs > 0
        ? `leased for ${formatDuration(lock.remainingMs)} more`
        : 'its lease ran out';
    const note = lock.note === '' ? '' : `, "${lock.note}"`;
    return printable(
      `${holder}, ${lock.mode}, since ${new Date(lock.sinceMs).toISOString()}, ${left}${note}`,
    );
  });
  return (
    `${printable(name)} is held by ${who.join('; ')}. A lock belongs to who asked for it: it ends ` +
    'when its holder unlocks, puts or leaves. To be next in line: `candado lock NAME --wait MS`; ' +
    'if its holder will not come back: `candado break NAME --reason WHY`'
  );
}
