import type { CandadoClient, SizedStream } from '../../client/index.js';
import { namePositional, pathOrDash, requiredText, valueOption, whole } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { print } from '../print.js';
import { counted, Progress } from '../progress.js';
import { formatBytes } from '../quantities.js';
import { gather, openFile, type UploadSource } from '../upload-source.js';
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
    const file = pathOrDash(args, 'file');
    if (file === '-' && io.stdin.isTTY === true) {
      io.stderr.write('reading from the terminal; end with Ctrl-D\n');
    }
    const opened = await (file === '-' ? gather(io.stdin) : openFile(file));
    const published = await disposing(opened, (source) =>
      shown(source, io, (content) =>
        withClient((client) =>
          version === undefined
            ? putLocked(client, name, content, waitMs ?? 0)
            : client.put(name, content, { version }),
        ),
      ),
    );
    await print(io.stdout, `${name} is at version ${published} now\n`);
    return ExitCode.ok;
  },
};

async function putLocked(
  client: CandadoClient,
  name: string,
  content: SizedStream,
  waitMs: number,
): Promise<number> {
  return await disposing(await client.lock(name, { waitMs }), (lock) => lock.put(content));
}

/** Shows how much of a content is on its way. */
function shown<T>(
  { size, chunks }: UploadSource,
  io: CliIo,
  action: (content: SizedStream) => Promise<T>,
): Promise<T> {
  const bar = new Progress(
    io.stderr,
    size,
    (done, perSecond) =>
      `${formatBytes(done)} of ${formatBytes(size)}, ${formatBytes(perSecond)}/s`,
  );
  return disposing(bar, (progress) => {
    // It is sent again from its start where a connection breaks.
    const again = (): AsyncIterable<Uint8Array> => {
      progress.restart();
      return counted(chunks(), progress);
    };
    return action({ size, chunks: again });
  });
}
