import { createReadStream } from 'node:fs';
import { pathOrDash } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { LiveLine } from '../live-line.js';
import { storeOptions, withStore } from '../store-command.js';

export const importStore: CliCommand = {
  usage: 'import [file]',
  summary: 'Take an archive of `export` into a store, while it is used.',
  examples: [
    ['candado import backup.tar --files-root /srv/new', 'what is there already is left as it is'],
    ['candado import < backup.tar', 'again after an interruption: goes on where it was'],
  ],
  local: true,

  options: (yargs) =>
    storeOptions(yargs).positional('file', {
      describe: 'What to read; - or nothing: standard input',
      type: 'string',
    }),

  run: (args, context) => {
    const { io } = context;
    const path = pathOrDash(args, 'file');
    if (path === '-' && io.stdin.isTTY === true) {
      throw new UsageError('name an archive, or give one on standard input');
    }
    return withStore(args, context, false, (store) =>
      disposing(new LiveLine(io.stderr), async (line) => {
        let known = 0;
        let refused = 0;
        const files = new Set<string>();
        await store.import(path === '-' ? io.stdin : createReadStream(path), {
          imported: (name, bytes) => {
            line.add(files.has(name) ? 0 : 1, bytes);
            files.clear();
            files.add(name);
          },
          known: () => {
            known += 1;
          },
          refused: (name, why) => {
            refused += 1;
            line.hide();
            io.stderr.write(`REFUSED  ${name}: ${why}\n`);
          },
        });
        line.hide();
        const rest = `${known} versions were there already, ${refused} files refused`;
        io.stderr.write(`${store.place}: ${line.summary()} imported, ${rest}\n`);
        return refused > 0 ? ExitCode.incomplete : ExitCode.ok;
      }),
    );
  },
};
