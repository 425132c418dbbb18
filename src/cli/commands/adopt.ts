import { isSet, switchOption } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { ExitCode } from '../exit-codes.js';
import { print, printJson } from '../print.js';
import { findingLines, storeOptions, withStore } from '../store-command.js';
import type { Adopted } from '../store-tools.js';

export const adopt: CliCommand = {
  usage: 'adopt',
  summary: 'Make version 1 of every plain file that has none, and name those changed by hand.',
  examples: [
    ['candado adopt --files-root /srv/files', 'after copying files in; replicas may go on'],
    ['candado adopt --json', 'a line a file, for programs'],
  ],
  local: true,

  options: (yargs) => storeOptions(yargs).option('json', switchOption('One JSON object a line')),

  run: (args, context) =>
    withStore(args, context, false, async (store) => {
      const { stdout } = context.io;
      const json = isSet(args, 'json');
      const counts = { adopted: 0, refused: 0, found: 0 };
      for await (const result of store.adopt()) {
        counts[result.kind] += 1;
        if (json) await printJson(stdout, result);
        else await print(stdout, line(result));
      }
      const { adopted, refused, found } = counts;
      if (json) await printJson(stdout, { adopted, refused, replaced: found });
      else {
        const rest = `${refused} could not be, ${found} were changed by hand`;
        await print(stdout, `${store.place}: ${adopted} adopted, ${rest}\n`);
      }
      return refused + found > 0 ? ExitCode.incomplete : ExitCode.ok;
    }),
};

function line(result: Adopted): string {
  switch (result.kind) {
    case 'adopted':
      return `ADOPTED  ${result.name}\n`;
    case 'refused':
      return `REFUSED  ${result.name}: ${result.why}\n`;
    case 'found':
      return findingLines(result.finding);
  }
}
