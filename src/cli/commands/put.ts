import type { CandadoClient, SizedStream } from '../../client/index.js';
import { namePositional, requiredText, text, valueOption, whole } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { print } from '../print.js';
import { counted, Progress } from '../progress.js';
import { formatBytes } from '../quantities.js';
import { gather, openFile } from '../upload-source.js';
import { WAITS } from '../waits.js';

const VERSIONS = { least: 0, most: Number.MAX_SAFE_INTEGER };

export const put: CliCommand = {
  usage: 'put <name> [file]',
  summary: 'Lock a file, publish a new version of it, and unlock it.',
  examples: [
    ['candado put notes.txt notes.txt', 'from a file here'],
    ['date | candado put notes.txt --wait 5000', 'from a pipe; queues up to five seconds'],
    ['candado put notes.txt new.txt --if-version 7', 'no lock: only if version 7 is current'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .positional('file', {
        describe: 'What to send; - or nothing: standard input',
        type: 'string',
      })
      .option('wait', valueOption('Queue this many milliseconds where it is locked [0]'))
      .option('if-version', valueOption('Do not lock; only if this is the current version')),

  run: async (args, { io, withClient }) => {
    const name = requiredText(args, 'name');
    const waitMs = whole(args, 'wait', WAITS);
    const version = whole(args, 'if-version', VERSIONS);
    if (waitMs !== undefined && version !== undefined) {
      throw new UsageError('--wait is for the lock, and --if-version does without one: choose');
    }
    const file = text(args, 'file') ?? '-';
    if (file === '-' && io.stdin.isTTY === true) {
      io.stderr.write('reading from the terminal; end with Ctrl-D\n');
    }
    await using source = await (file === '-' ? gather(io.stdin) : openFile(file));
    using progress = new Progress(io.stderr, source.size, (done, perSecond) => {
      return `${formatBytes(done)} of ${formatBytes(source.size)}, ${formatBytes(perSecond)}/s`;
    });
    const content = { size: source.size, chunks: counted(source.chunks, progress) };
    const published = await withClient((client) =>
      version === undefined
        ? putLocked(client, name, content, waitMs ?? 0)
        : client.put(name, content, { version }),
    );
    await report(io, name, published);
    return ExitCode.ok;
  },
};

async function putLocked(
  client: CandadoClient,
  name: string,
  content: SizedStream,
  waitMs: number,
): Promise<number> {
  await using lock = await client.lock(name, { waitMs });
  return await lock.put(content);
}

function report(io: CliIo, name: string, version: number): Promise<void> {
  return print(io.stdout, `${name} is at version ${version} now\n`);
}
