import { pipeline } from 'node:stream/promises';
import type { ContentStream, GetOptions } from '../../client/index.js';
import type { Arguments } from '../arguments.js';
import {
  namePositional,
  pathOrDash,
  requiredText,
  text,
  valueOption,
  whole,
} from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { CliError, UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { writeWhole } from '../part-file.js';
import { counted, Progress } from '../progress.js';
import { formatBytes } from '../quantities.js';

export const get: CliCommand = {
  usage: 'get <name>',
  summary: 'Print a file, or save it.',
  examples: [
    ['candado get notes.txt', 'to the terminal, or into a pipe'],
    ['candado get films/one.mp4 -o one.mp4', 'into a file, which appears when it is whole'],
    ['candado get log.txt --range 0:100', 'its first hundred bytes'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .option('output', valueOption('Where to save it; - prints it [-]', { alias: 'o' }))
      .option('version', valueOption('A kept version instead of the current one'))
      .option('range', valueOption('Only a part: OFFSET:LENGTH, in bytes')),

  run: (args, { io, withClient }) => {
    const name = requiredText(args, 'name');
    const options = readOptions(args);
    const output = pathOrDash(args, 'output');
    return withClient(async (client) => {
      const content = await client.getStream(name, options);
      if (content === null) {
        const which = options.version === undefined ? 'no file' : `no version ${options.version}`;
        throw new CliError(
          ExitCode.notFound,
          `there is ${which} of the name ${name}: \`candado ls -l\` shows what there is`,
        );
      }
      await save(content, output, io);
      return ExitCode.ok;
    });
  },
};

function readOptions(args: Arguments): GetOptions {
  const version = whole(args, 'version', { least: 1, most: Number.MAX_SAFE_INTEGER });
  const range = text(args, 'range');
  return {
    ...(version === undefined ? {} : { version }),
    ...(range === undefined ? {} : { range: parseRange(range) }),
  };
}

function parseRange(range: string): { readonly offset: number; readonly length: number } {
  const [, offset, length] = /^(\d{1,15}):(\d{1,15})$/.exec(range) ?? [];
  if (offset === undefined || length === undefined) {
    throw new UsageError(`--range takes OFFSET:LENGTH in bytes, such as 0:100, not "${range}"`);
  }
  return { offset: Number(offset), length: Number(length) };
}

async function save(content: ContentStream, output: string, io: CliIo): Promise<void> {
  const bar = new Progress(
    io.stderr,
    content.size,
    (done, perSecond) =>
      `${formatBytes(done)} of ${formatBytes(content.size)}, ${formatBytes(perSecond)}/s`,
  );
  await disposing(bar, async (progress) => {
    if (output !== '-') await writeWhole(output, counted(content, progress));
    // A bar would run through what is printed on the same terminal.
    else if (io.stdout.isTTY === true) await pipeline(content, io.stdout, { end: false });
    else await pipeline(counted(content, progress), io.stdout, { end: false });
  });
}
