import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CandadoClient } from '../../client/index.js';
import {
  type Arguments,
  namePositional,
  requiredText,
  text,
  valueOption,
  whole,
} from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { CliError, UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { Download } from '../download.js';
import { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { counted } from '../progress.js';
import { targetFile, writeWhole } from '../target-file.js';
import { transferProgress } from '../transfer.js';
import { VERSIONS } from '../versions.js';

interface Range {
  readonly offset: number;
  readonly length: number;
}

interface Wish {
  readonly name: string;
  readonly version?: number;
  readonly range?: Range;
  /** A path here, or `-`. */
  readonly output: string;
}

export const get: CliCommand = {
  usage: 'get <name> [file]',
  summary: 'Print a file, or save it; its checksum is verified.',
  examples: [
    ['candado get notes.txt', 'to the terminal, or into a pipe'],
    ['candado get films/one.mp4 one.mp4', 'into a file, which appears when it is whole'],
    ['candado get films/one.mp4 one.mp4', 'once more, after it broke off: fetches only the rest'],
    ['candado get notes.txt --version 3', 'as it was then'],
    ['candado get log.txt --range 0:100', 'its first hundred bytes; not verified'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .positional('file', {
        describe: 'Where to save it; - or nothing: standard output',
        type: 'string',
      })
      .option('output', valueOption('The same as FILE', { alias: 'o' }))
      .option('version', valueOption('A kept version instead of the current one'))
      .option('range', valueOption('Only a part: OFFSET:LENGTH, in bytes')),

  run: async (args, { io, withClient }) => {
    const wish = readWish(args);
    const { name, version } = wish;
    const found = await withClient((client) =>
      wish.output === '-' ? toStandardOutput(client, wish, io) : toFile(client, wish, io),
    );
    if (found) return ExitCode.ok;
    const which = version === undefined ? 'no file' : `no version ${version}`;
    const where = version === undefined ? '`candado ls -l`' : `\`candado history ${name}\``;
    throw new CliError(
      ExitCode.notFound,
      `there is ${which} of the name ${name}: ${where} shows what there is`,
    );
  },
};

function readWish(args: Arguments): Wish {
  const version = whole(args, 'version', VERSIONS);
  const range = text(args, 'range');
  if (args['file'] !== undefined && args['output'] !== undefined) {
    throw new UsageError('FILE and --output say the same: name one of them');
  }
  const output = args['file'] === undefined ? 'output' : 'file';
  return {
    name: requiredText(args, 'name'),
    output: args[output] === undefined ? '-' : requiredText(args, output),
    ...(version === undefined ? {} : { version }),
    ...(range === undefined ? {} : { range: parseRange(range) }),
  };
}

function parseRange(range: string): Range {
  const [, offset, length] = /^(\d{1,15}):(\d{1,15})$/.exec(range) ?? [];
  if (offset === undefined || length === undefined) {
    throw new UsageError(`--range takes OFFSET:LENGTH in bytes, such as 0:100, not "${range}"`);
  }
  return { offset: Number(offset), length: Number(length) };
}

/** Nothing is known of the checksum of a part. */
async function open(
  client: CandadoClient,
  { name, version, range }: Wish,
): Promise<{ readonly content: Readable; readonly size: number } | undefined> {
  const which = version === undefined ? {} : { version };
  if (range !== undefined) {
    const content = await client.getStream(name, { ...which, range });
    return content === null ? undefined : { content, size: content.size };
  }
  const content = await client.getVerified(name, which);
  return content === null ? undefined : { content, size: content.stat.size };
}

async function toStandardOutput(client: CandadoClient, wish: Wish, io: CliIo): Promise<boolean> {
  const opened = await open(client, wish);
  if (opened === undefined) return false;
  const { content, size } = opened;
  await disposing(transferProgress(io.stderr, size), (progress) =>
    // A bar would run through what is printed on the same terminal.
    io.stdout.isTTY === true
      ? pipeline(content, io.stdout, { end: false })
      : pipeline(counted(content, progress), io.stdout, { end: false }),
  );
  return true;
}

async function toFile(client: CandadoClient, wish: Wish, io: CliIo): Promise<boolean> {
  const target = await targetFile(wish.output);
  if (target.replaceable && wish.range === undefined) {
    return await new Download(client, { ...wish, target: target.path }, io).run();
  }
  const opened = await open(client, wish);
  if (opened === undefined) return false;
  await disposing(transferProgress(io.stderr, opened.size), (progress) =>
    writeWhole(target, counted(opened.content, progress)),
  );
  return true;
}
