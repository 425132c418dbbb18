import { pipeline } from 'node:stream/promises';
import { isSet, pathOrDash, switchOption, text, valueOption } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { LiveLine } from '../live-line.js';
import { print, printJson } from '../print.js';
import { storeOptions, withStore } from '../store-command.js';
import { targetFile, writeWhole } from '../target-file.js';
import { TransferNotes } from '../transfer-notes.js';

export const exportStore: CliCommand = {
  usage: 'export [pattern]',
  summary: 'Write a store with its history as a tar archive, while it is used.',
  examples: [
    ['candado export > backup.tar', 'every file with its versions, from FILES_ROOT or FILES_URL'],
    ["candado export 'reports/**' --current -o r.tar", 'some files, their newest versions only'],
    ['candado export | candado import --files-url s3://bucket', 'moves a directory to S3'],
  ],
  local: true,

  options: (yargs) =>
    storeOptions(yargs)
      .positional('pattern', { describe: 'A glob; quote it', type: 'string' })
      .option('current', switchOption('Leave out all but the newest versions'))
      .option(
        'output',
        valueOption('Write to this file; - or nothing: standard output', { alias: 'o' }),
      )
      .option('json', switchOption('What there is to say as JSON, an object a line')),

  run: (args, context) => {
    const { stdout, stderr } = context.io;
    const path = pathOrDash(args, 'output');
    if (path === '-' && stdout.isTTY === true) {
      throw new UsageError('an archive is not for a terminal: name a file with -o, or use a pipe');
    }
    const pattern = text(args, 'pattern');
    const currentOnly = isSet(args, 'current');
    const json = isSet(args, 'json');
    return withStore(args, context, true, (store) =>
      disposing(new LiveLine(stderr), async (line) => {
        // Standard output may be the archive's.
        const notes = new TransferNotes(stderr, line, json);
        let damaged = 0;
        let leftOut = 0;
        const archive = store.export(
          { currentOnly, ...(pattern === undefined ? {} : { pattern }) },
          {
            file: () => line.add(1, 0),
            version: (bytes) => line.add(0, bytes),
            damaged: (name, version, why) => {
              damaged += 1;
              notes.tell({ code: 'DAMAGED', name, version, why });
            },
            skipped: (name, why) => {
              damaged += 1;
              notes.tell({ code: 'DAMAGED', name, why });
            },
            leftOut: (name, version) => {
              leftOut += 1;
              notes.tell({ code: 'PRUNED', name, version, why: 'left out, as it is gone by now' });
            },
          },
        );
        if (path === '-') await pipeline(archive, stdout, { end: false });
        else await writeWhole(await targetFile(path), archive);
        line.hide();
        const { files, bytes } = line;
        if (json) await printJson(stderr, { files, bytes, damaged, leftOut });
        else await print(stderr, `${store.place}: ${line.summary()} written\n`);
        return damaged > 0 ? ExitCode.incomplete : ExitCode.ok;
      }),
    );
  },
};
