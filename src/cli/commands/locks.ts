import type { LockInfo } from '../../client/index.js';
import { isSet, switchOption, text } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { ExitCode } from '../exit-codes.js';
import { wantsColour } from '../io.js';
import { print, printJson } from '../print.js';
import { formatDuration } from '../quantities.js';
import { type Column, formatTable } from '../table.js';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', align: 'left' },
  { title: 'MODE', align: 'left' },
  { title: 'HOLDER', align: 'left' },
  { title: 'ADDRESS', align: 'left' },
  { title: 'SINCE', align: 'left' },
  { title: 'LEFT', align: 'right' },
  { title: 'WAITING', align: 'right' },
  { title: 'TOKEN', align: 'right' },
];

export const locks: CliCommand = {
  usage: 'locks [pattern]',
  summary: 'List the locks that are held: by whom, since when, and how many wait.',
  examples: [
    ['candado locks', 'all of them, on all replicas'],
    ["candado locks 'reports/**'", 'those on some files'],
    ['candado locks --json', 'for a program: one JSON object a line'],
  ],

  options: (yargs) =>
    yargs
      .positional('pattern', { describe: 'A glob; quote it', type: 'string' })
      .option('json', switchOption('One JSON object a line')),

  run: (args, { io, withClient }) =>
    withClient(async (client) => {
      const held = await client.locks(text(args, 'pattern'));
      if (isSet(args, 'json')) {
        for (const lock of held) await printJson(io.stdout, lock);
      } else {
        await print(io.stdout, formatTable(COLUMNS, held.map(row), wantsColour(io, io.stdout)));
      }
      return ExitCode.ok;
    }),
};

function row(lock: LockInfo): string[] {
  return [
    lock.name,
    lock.mode,
    lock.holder || '-',
    lock.address || '-',
    new Date(lock.sinceMs).toISOString(),
    lock.remainingMs > 0 ? formatDuration(lock.remainingMs) : 'ran out',
    String(lock.waiting),
    String(lock.token),
  ];
}
