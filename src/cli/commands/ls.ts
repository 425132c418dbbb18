import type { CandadoClient, FileStat } from '../../client/index.js';
import { isSet, switchOption, text } from '../arguments.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { ExitCode } from '../exit-codes.js';
import { wantsColour } from '../io.js';
import { print, printJson } from '../print.js';
import { formatInstant } from '../quantities.js';
import { type Column, formatTable, printable } from '../table.js';

/** Questions under way at once; they travel together, and no server is swamped. */
const STATS_AT_ONCE = 64;

const COLUMNS: readonly Column[] = [
  { title: 'SIZE', align: 'right' },
  { title: 'VERSION', align: 'right' },
  { title: 'MODIFIED', align: 'left' },
  { title: 'LOCK', align: 'left' },
  { title: 'NAME', align: 'left' },
];

export const ls: CliCommand = {
  usage: 'ls [pattern]',
  summary: 'List files: their names, or all about them.',
  examples: [
    ['candado ls', 'every name, one a line'],
    ["candado ls -l 'reports/**'", 'with size, version, time and lock'],
    ['candado ls -l --json | jq .size', 'for a program: one JSON object a line'],
  ],

  options: (yargs) =>
    yargs
      .positional('pattern', { describe: 'A glob; quote it', type: 'string' })
      .option('long', switchOption('Show size, version, time and lock', { alias: 'l' }))
      .option('json', switchOption('One JSON object a line')),

  run: (args, context) =>
    context.withClient(async (client) => {
      const pattern = text(args, 'pattern');
      const names = client.list(pattern === undefined ? {} : { pattern });
      const json = isSet(args, 'json');
      if (isSet(args, 'long')) await listLong(names, client, context, json);
      else await listNames(names, context, json);
      return ExitCode.ok;
    }),
};

async function listNames(
  names: AsyncIterable<string>,
  { io }: CliContext,
  json: boolean,
): Promise<void> {
  for await (const name of names) {
    if (json) await printJson(io.stdout, { name });
    else await print(io.stdout, `${io.stdout.isTTY === true ? printable(name) : name}\n`);
  }
}

async function listLong(
  names: AsyncIterable<string>,
  client: CandadoClient,
  { io }: CliContext,
  json: boolean,
): Promise<void> {
  const rows: string[][] = [];
  for await (const stat of stats(names, client)) {
    if (json) await printJson(io.stdout, stat);
    else rows.push(row(stat));
  }
  if (!json) await print(io.stdout, formatTable(COLUMNS, rows, wantsColour(io, io.stdout)));
}

async function* stats(
  names: AsyncIterable<string>,
  client: CandadoClient,
): AsyncGenerator<FileStat> {
  let asked: Promise<FileStat | null>[] = [];
  // A file may be gone between the listing and the question.
  const answers = async (): Promise<FileStat[]> =>
    (await Promise.all(asked)).filter((stat) => stat !== null);
  for await (const name of names) {
    asked.push(client.stat(name));
    if (asked.length < STATS_AT_ONCE) continue;
    yield* await answers();
    asked = [];
  }
  yield* await answers();
}

function row({ size, version, modifiedMicros, locked, name }: FileStat): string[] {
  return [String(size), String(version), formatInstant(modifiedMicros), locked, name];
}
