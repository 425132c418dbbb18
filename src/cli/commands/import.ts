import { createReadStream } from 'node:fs';
import { isSet, pathOrDash, switchOption } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { LiveLine } from '../live-line.js';
import { print, printJson } from '../print.js';
import { storeOptions, withStore } from '../store-command.js';
import { TransferNotes } from '../transfer-notes.js';

export const importStore: CliCommand = {
  usage: 'import [file]',
  summary: 'Take an archive of `export` into a store, while it is used.',
  examples: [
    ['candado import backup.tar --files-root /srv/new', 'what is there already is left as it is'],
    ['candado import < backup.tar', 'again after an interruption: goes on where it was'],
  ],
  local: true,

  options: (yargs) =>
    storeOptions(yargs)
      .positional('file', {
        describe: 'What to read; - or nothing: standard input',
        type: 'string',
      })
      .option('json', switchOption('What there is to say as JSON, an object a line')),

  run: (args, context) => {
    const { stdin, stdout, stderr } = context.io;
    const path = pathOrDash(args, 'file');
    if (path === '-' && stdin.isTTY === true) {
      throw new UsageError('name an archive, or give one on standard input');
    }
    const json = isSet(args, 'json');
    return withStore(args, context, false, (store) =>
      disposing(new LiveLine(stderr), async (line) => {
        const notes = new TransferNotes(json ? stdout : stderr, line, json);
        let known = 0;
        let passedOver = 0;
        let refused = 0;
        let last: string | undefined;
        await store.import(path === '-' ? stdin : createReadStream(path), {
          imported: (name, bytes) => {
            line.add(name === last ? 0 : 1, bytes);
            last = name;
          },
          known: () => {
            known += 1;
          },
          passedOver: (name, version, why) => {
            passedOver += 1;
            notes.tell({ code: 'PASSED', name, version, why });
          },
          refused: (name, why) => {
            refused += 1;
            notes.tell({ code: 'REFUSED', name, why });
          },
        });
        line.hide();
        const { files, bytes } = line;
        if (json) await printJson(stdout, { files, bytes, known, passedOver, refused });
        else {
          const left = `${known} versions were there already, ${passedOver} passed over`;
          const rest = `${left}, ${refused} files refused`;
          await print(stderr, `${store.place}: ${line.summary()} imported, ${rest}\n`);
        }
        return passedOver + refused > 0 ? ExitCode.incomplete : ExitCode.ok;
      }),
    );
  },
};
