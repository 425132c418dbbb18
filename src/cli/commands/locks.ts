import type { LockInfo } from '../../client/index.js';
import { isSet, switchOption, text } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { ExitCode } from '../exit-codes.js';
import { holderName } from '../holder-name.js';
import { wantsColour } from '../io.js';
import { print, printJson } from '../print.js';
import { formatDuration } from '../quantities.js';
import { type Column, formatTable } from '../table.js';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', align: 'left' },
  { title: 'MODE', align: 'left' },
  { title: 'HOLDER', align: 'left' },
  { title: 'ADDRESS', align: 'left' },
  { title: 'AGE', align: 'right' },
  { title: 'LEFT', align: 'right' },
  { title: 'TOKEN', align: 'right' },
  { title: 'QUEUE', align: 'left' },
  { title: 'NOTE', align: 'left' },
];

/** Of how many waiters the table names who they are. */
const NAMED_WAITERS = 3;

export const locks: CliCommand = {
  usage: 'locks [pattern]',
  summary: 'List the locks that are held: by whom, for how long, why, and who waits.',
  examples: [
    ['candado locks', 'all of them, on all replicas'],
    ["candado locks 'reports/**'", 'those on some files'],
    ['candado locks --stale', 'left behind: the lease ran out, and nobody took it since'],
    ['candado locks --json', 'for a program: one JSON object a line'],
  ],

  options: (yargs) =>
    yargs
      .positional('pattern', { describe: 'A glob; quote it', type: 'string' })
      .option('mine', switchOption('Only those that this user holds from this host'))
      .option('stale', switchOption('Only those whose lease ran out and that nobody took since'))
      .option('json', switchOption('One JSON object a line')),

  run: (args, { io, withClient }) =>
    withClient(async (client) => {
      const pattern = text(args, 'pattern');
      const wanted = { ...(pattern === undefined ? {} : { pattern }), stale: isSet(args, 'stale') };
      const all = await client.locks(wanted);
      // Not `MINE`: what a person holds, other commands hold, through connections of their own.
      const held = isSet(args, 'mine') ? all.filter(({ holder }) => holder === holderName()) : all;
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
    formatDuration(lock.ageMs),
    lock.remainingMs > 0 ? formatDuration(lock.remainingMs) : 'ran out',
    String(lock.token),
    queue(lock),
    lock.note || '-',
  ];
}

/** How many wait, and who is next: `4: ada, bob, eve, …`. */
function queue({ waiting, queue: first }: LockInfo): string {
  if (waiting === 0) return '-';
  const named = first.slice(0, NAMED_WAITERS).map(({ holder, address }) => holder || address);
  const all = waiting > named.length ? [...named, '…'] : named;
  return `${waiting}: ${all.join(', ')}`;
}
