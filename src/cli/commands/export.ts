import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSet, pathOrDash, switchOption, text, valueOption } from '../arguments.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { LiveLine } from '../live-line.js';
import { storeOptions, withStore } from '../store-command.js';

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
      ),

  run: (args, context) => {
    const { io } = context;
    const path = pathOrDash(args, 'output');
    if (path === '-' && io.stdout.isTTY === true) {
      throw new UsageError('an archive is not for a terminal: name a file with -o, or use a pipe');
    }
    const pattern = text(args, 'pattern');
    const currentOnly = isSet(args, 'current');
    return withStore(args, context, true, (store) =>
      disposing(new LiveLine(io.stderr), async (line) => {
        let damaged = 0;
        const archive = store.export(
          { currentOnly, ...(pattern === undefined ? {} : { pattern }) },
          {
            file: () => line.add(1, 0),
            version: (bytes) => line.add(0, bytes),
            damaged: (name, version) => {
              damaged += 1;
              line.hide();
              io.stderr.write(`DAMAGED  ${name}: version ${version}; an import will refuse it\n`);
            },
            leftOut: (name, version) => {
              line.hide();
              io.stderr.write(`${name}: version ${version} was pruned meanwhile and is left out\n`);
            },
          },
        );
        await pipeline(archive, outputTo(path, context), { end: path !== '-' });
        line.hide();
        io.stderr.write(`${store.place}: ${line.summary()} written\n`);
        return damaged > 0 ? ExitCode.incomplete : ExitCode.ok;
      }),
    );
  },
};

function outputTo(path: string, { io }: CliContext): Writable {
  return path === '-' ? io.stdout : createWriteStream(path);
}
