import type { FileVersion } from '../../client/index.js';
import {
  isSet,
  namePositional,
  requiredText,
  switchOption,
  valueOption,
  whole,
} from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-codes.js';
import { wantsColour } from '../io.js';
import { print, printJson } from '../print.js';
import { formatInstant } from '../quantities.js';
import { type Column, formatTable } from '../table.js';

/** More than any server keeps of one file. */
const COUNTS = { least: 1, most: 100_000 };

/** Digits of a checksum that tell contents of one file apart; `--json` has them all. */
const SHOWN_DIGITS = 12;

const COLUMNS: readonly Column[] = [
  { title: 'VERSION', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'MODIFIED', align: 'left' },
  { title: 'SHA256', align: 'left' },
  { title: 'TOKEN', align: 'right' },
  { title: 'SESSION', align: 'left' },
];

export const history: CliCommand = {
  usage: 'history <name>',
  summary: 'List the kept versions of a file, newest first: when each was written, and by whom.',
  examples: [
    ['candado history notes.txt', 'every version that is kept'],
    ['candado history notes.txt --count 3', 'the newest three'],
    ['candado history notes.txt --json | jq .sha256', 'for a program: one JSON object a line'],
    ['candado restore notes.txt 3', 'then: version 3 once more, as the newest'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .option('count', valueOption('At most that many [all]'))
      .option('json', switchOption('One JSON object a line')),

  run: (args, { io, withClient }) => {
    const name = requiredText(args, 'name');
    const count = whole(args, 'count', COUNTS);
    return withClient(async (client) => {
      const versions = await client.history(name, count === undefined ? {} : { count });
      if (versions.length === 0) {
        throw new CliError(ExitCode.notFound, `there is and was no file of the name ${name}`);
      }
      if (isSet(args, 'json')) {
        for (const version of versions) await printJson(io.stdout, version);
      } else {
        await print(io.stdout, formatTable(COLUMNS, versions.map(row), wantsColour(io, io.stdout)));
      }
      return ExitCode.ok;
    });
  },
};

function row(version: FileVersion): string[] {
  return [
    String(version.version),
    version.deleted ? '-' : String(version.size),
    formatInstant(version.modifiedMicros),
    version.deleted ? 'deleted' : version.sha256.slice(0, SHOWN_DIGITS),
    String(version.token),
    version.session || '-',
  ];
}
