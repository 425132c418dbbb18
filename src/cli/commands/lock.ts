import { once } from 'node:events';
import type { LockOptions, Queued } from '../../client/index.js';
import {
  type Arguments,
  isSet,
  switchOption,
  text,
  texts,
  valueOption,
  whole,
} from '../arguments.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { CliError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { type Holding, take } from '../holding.js';
import { type CliIo, onStop } from '../io.js';
import { keepRenewed } from '../lease-keeper.js';
import { runHolding } from '../locked-command.js';
import { print } from '../print.js';
import { printable } from '../table.js';
import { TTLS, WAITS } from '../waits.js';

/** What a shell reports of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

export const lock: CliCommand = {
  usage: 'lock <names..>',
  runsAnother: true,
  summary: 'Hold one lock or several while a command runs, or until Ctrl-C.',
  examples: [
    ['candado lock notes.txt -- ./change-notes.sh', 'exits as the command does'],
    ['candado lock notes.txt --wait 60000', 'holds it until Ctrl-C or the end of input'],
    ['candado lock notes.txt --shared -- ./read-it.sh', 'together with other readers'],
    ['candado lock a.txt b.txt --note "moving" -- ./move.sh', 'both or none; tells others why'],
  ],

  options: (yargs) =>
    yargs
      .positional('names', {
        describe: 'Names of files on the server',
        type: 'string',
        array: true,
      })
      .option('shared', switchOption('Others may hold it, too, as long as nobody changes it'))
      .option('note', valueOption('What others are shown who want it, up to 200 bytes'))
      .option('wait', valueOption('Queue this many milliseconds where it is locked [0]'))
      .option(
        'ttl',
        valueOption('Lease in milliseconds, renewed from here: how soon it passes on if we hang'),
      ),

  run: (args, context) => {
    const names = texts(args, 'names');
    const waiting = new AbortController();
    const options = readOptions(args, context.io, waiting.signal);
    return context.withClient(async (client) => {
      const held = await untilGranted(context, waiting, () => take(client, names, options));
      const hold = context.rest.length > 0 ? runHolding : holdUntilTold;
      return await disposing(held, (holding) =>
        options.ttlMs === undefined
          ? hold(holding, context)
          : disposing(keepRenewed(holding), () => hold(holding, context)),
      );
    });
  },
};

function readOptions(args: Arguments, io: CliIo, signal: AbortSignal): LockOptions {
  const ttlMs = whole(args, 'ttl', TTLS);
  const note = text(args, 'note');
  return {
    mode: isSet(args, 'shared') ? 'shared' : 'exclusive',
    waitMs: whole(args, 'wait', WAITS) ?? 0,
    signal,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(note === undefined ? {} : { note }),
    // For a person; a program would have to take it for an error.
    ...(io.stderr.isTTY === true ? { onQueued: (queued) => tellQueued(io, queued) } : {}),
  };
}

function tellQueued(io: CliIo, { name, position, holder, note }: Queued): void {
  const who = holder === '' ? 'somebody' : holder;
  const why = note === '' ? '' : ` ("${note}")`;
  const line = `waiting for ${name}: number ${position} in line, held by ${who}${why}`;
  io.stderr.write(`${printable(line)}\n`);
}

async function untilGranted(
  { io }: CliContext,
  waiting: AbortController,
  ask: () => Promise<Holding>,
): Promise<Holding> {
  try {
    return await disposing(
      onStop(io, () => waiting.abort()),
      ask,
    );
  } catch (error) {
    if (!waiting.signal.aborted) throw error;
    throw new CliError(INTERRUPTED, 'interrupted while waiting; nothing is locked');
  }
}

/** The end of input counts, so that a pipe that closes gives the lock up. */
async function holdUntilTold(holding: Holding, { io }: CliContext): Promise<number> {
  const told = new AbortController();
  const listening = onStop(io, () => told.abort());
  const { signal } = told;
  const ends = [
    once(io.stdin, 'end', { signal }),
    once(io.stdin, 'close', { signal }),
    once(holding.signal, 'abort', { signal }),
  ].map((end) => end.catch(() => undefined));
  await disposing(listening, async () => {
    for (const { name, token, version } of holding) {
      const line = `${name} is locked: token ${token}, version ${version}; Ctrl-C unlocks it`;
      await print(io.stdout, `${line}\n`);
    }
    io.stdin.resume();
    await Promise.race(ends);
    told.abort();
    io.stdin.pause();
  });
  if (holding.signal.aborted) {
    throw new CliError(ExitCode.conflict, String(holding.signal.reason.message));
  }
  return ExitCode.ok;
}
