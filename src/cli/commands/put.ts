import type { CandadoClient, Sha256Option, SizedStream } from '../../client/index.js';
import {
  namePositional,
  pathOrDash,
  requiredText,
  text,
  valueOption,
  whole,
} from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { print } from '../print.js';
import { counted } from '../progress.js';
import { transferProgress } from '../transfer.js';
import { gather, openFile, type UploadSource } from '../upload-source.js';
import { VERSIONS_TO_REPLACE } from '../versions.js';
import { WAITS } from '../waits.js';

export const put: CliCommand = {
  usage: 'put <name> [file]',
  summary: 'Lock a file, publish a new version of it, and unlock it.',
  examples: [
    ['candado put notes.txt notes.txt', 'from a file here'],
    ['date | candado put notes.txt --wait 5000', 'from a pipe; queues up to five seconds'],
    ['tar c photos | candado put photos.tar -', 'of any size: it is gathered on disk first'],
    ['candado put notes.txt new.txt --if-version 7', 'no lock: only if version 7 is current'],
    ['candado put os.iso os.iso --sha256 9f86d0…', 'refused if it is another content'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .positional('file', {
        describe: 'What to send; - or nothing: standard input',
        type: 'string',
      })
      .option('wait', valueOption('Queue this many milliseconds where it is locked [0]'))
      .option('if-version', valueOption('Do not lock; only if this is the current version'))
      .option('sha256', valueOption('What its checksum must be, in hex [what is read here]')),

  run: async (args, { io, withClient }) => {
    const name = requiredText(args, 'name');
    const waitMs = whole(args, 'wait', WAITS);
    const version = whole(args, 'if-version', VERSIONS_TO_REPLACE);
    if (waitMs !== undefined && version !== undefined) {
      throw new UsageError('--wait is for the lock, and --if-version does without one: choose');
    }
    const expected = readSha256(text(args, 'sha256'));
    const file = pathOrDash(args, 'file');
    if (file === '-' && io.stdin.isTTY === true) {
      io.stderr.write('reading from the terminal; end with Ctrl-D\n');
    }
    const opened = await (file === '-' ? gather(io.stdin) : openFile(file));
    const published = await disposing(opened, (source) =>
      shown(source, io, (content) =>
        withClient((client) => {
          const sha256 = expected ?? source.sha256 ?? true;
          return version === undefined
            ? putLocked(client, name, content, sha256, waitMs ?? 0)
            : client.put(name, content, { version, sha256 });
        }),
      ),
    );
    await print(io.stdout, `${name} is at version ${published} now\n`);
    return ExitCode.ok;
  },
};

function readSha256(hex: string | undefined): string | undefined {
  if (hex === undefined || /^[0-9a-f]{64}$/i.test(hex)) return hex;
  throw new UsageError(`--sha256 takes 64 hexadecimal digits, not "${hex}"`);
}

async function putLocked(
  client: CandadoClient,
  name: string,
  content: SizedStream,
  sha256: Sha256Option,
  waitMs: number,
): Promise<number> {
  return await disposing(await client.lock(name, { waitMs }), (lock) =>
    lock.put(content, { sha256 }),
  );
}

/** Shows how much of a content is on its way. */
function shown<T>(
  { size, chunks }: UploadSource,
  io: CliIo,
  action: (content: SizedStream) => Promise<T>,
): Promise<T> {
  return disposing(transferProgress(io.stderr, size), (progress) => {
    // It is sent again from its start where a connection breaks.
    const again = (): AsyncIterable<Uint8Array> => {
      progress.restart();
      return counted(chunks(), progress);
    };
    return action({ size, chunks: again });
  });
}
