import { isSet, switchOption } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { LiveLine } from '../live-line.js';
import { print, printJson } from '../print.js';
import { findingLines, storeOptions, withStore } from '../store-command.js';

export const fsck: CliCommand = {
  usage: 'fsck',
  summary: 'Check a whole store: heads, versions, checksums, plain files, leftovers.',
  examples: [
    ['candado fsck --files-root /srv/files', 'reads every kept version; replicas may go on'],
    ['candado fsck --fast', 'sizes only: seconds, not hours'],
    ['candado fsck --repair --json', 'writes plain files again; a line a finding for programs'],
  ],
  local: true,

  options: (yargs) =>
    storeOptions(yargs)
      .option('repair', switchOption('Put right what loses nothing: plain files, leftovers'))
      .option('fast', switchOption('Look at sizes only, and read no contents'))
      .option('json', switchOption('One JSON object a line')),

  run: (args, context) =>
    withStore(args, context, true, (store) =>
      disposing(new LiveLine(context.io.stderr), async (line) => {
        const { stdout } = context.io;
        const json = isSet(args, 'json');
        const options = { repair: isSet(args, 'repair'), fast: isSet(args, 'fast') };
        const progress = { file: () => line.add(1, 0), read: (n: number) => line.add(0, n) };
        let found = 0;
        let repaired = 0;
        for await (const finding of store.check(options, progress)) {
          found += 1;
          if (finding.repaired) repaired += 1;
          line.hide();
          if (json) await printJson(stdout, finding);
          else await print(stdout, findingLines(finding));
        }
        line.hide();
        const { files, bytes } = line;
        if (json) await printJson(stdout, { files, bytes, found, repaired });
        else
          await print(
            stdout,
            `${store.place}: ${line.summary()} read; ${words(found, repaired)}\n`,
          );
        return found > repaired ? ExitCode.incomplete : ExitCode.ok;
      }),
    ),
};

function words(found: number, repaired: number): string {
  if (found === 0) return 'all is whole';
  const problems = found === 1 ? '1 problem' : `${found} problems`;
  return repaired === 0 ? problems : `${problems}, ${repaired} repaired`;
}
