import { once } from 'node:events';
import type { HeldLock } from '../../client/index.js';
import {
  type Arguments,
  isSet,
  namePositional,
  requiredText,
  switchOption,
  valueOption,
  whole,
} from '../arguments.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { CliError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { onStop } from '../io.js';
import { keepRenewed } from '../lease-keeper.js';
import { runHolding } from '../locked-command.js';
import { print } from '../print.js';
import { TTLS, WAITS } from '../waits.js';

/** What a shell reports of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

export const lock: CliCommand = {
  usage: 'lock <name>',
  runsAnother: true,
  summary: 'Hold a lock while a command runs, or until Ctrl-C.',
  examples: [
    ['candado lock notes.txt -- ./change-notes.sh', 'exits as the command does'],
    ['candado lock notes.txt --wait 60000', 'holds it until Ctrl-C or the end of input'],
    ['candado lock notes.txt --shared -- ./read-it.sh', 'together with other readers'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .option('shared', switchOption('Others may hold it, too, as long as nobody changes it'))
      .option('wait', valueOption('Queue this many milliseconds where it is locked [0]'))
      .option(
        'ttl',
        valueOption('Lease in milliseconds, renewed from here: how soon it passes on if we hang'),
      ),

  run: (args, context) =>
    context.withClient(async (client) => {
      const waiting = new AbortController();
      const lockOptions = { ...readOptions(args), signal: waiting.signal };
      const held = await untilGranted(context, waiting, () =>
        client.lock(requiredText(args, 'name'), lockOptions),
      );
      const hold = context.rest.length > 0 ? runHolding : holdUntilTold;
      return await disposing(held, (lock) =>
        lockOptions.ttlMs === undefined
          ? hold(lock, context)
          : disposing(keepRenewed(lock), () => hold(lock, context)),
      );
    }),
};

function readOptions(args: Arguments): {
  readonly mode: 'shared' | 'exclusive';
  readonly waitMs: number;
  readonly ttlMs?: number;
} {
  const ttlMs = whole(args, 'ttl', TTLS);
  return {
    mode: isSet(args, 'shared') ? 'shared' : 'exclusive',
    waitMs: whole(args, 'wait', WAITS) ?? 0,
    ...(ttlMs === undefined ? {} : { ttlMs }),
  };
}

async function untilGranted(
  { io }: CliContext,
  waiting: AbortController,
  ask: () => Promise<HeldLock>,
): Promise<HeldLock> {
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
async function holdUntilTold(lock: HeldLock, { io }: CliContext): Promise<number> {
  const told = new AbortController();
  const listening = onStop(io, () => told.abort());
  const { signal } = told;
  const ends = [
    once(io.stdin, 'end', { signal }),
    once(io.stdin, 'close', { signal }),
    once(lock.signal, 'abort', { signal }),
  ].map((end) => end.catch(() => undefined));
  await disposing(listening, async () => {
    await print(
      io.stdout,
      `${lock.name} is locked: token ${lock.token}, version ${lock.version}; Ctrl-C unlocks it\n`,
    );
    io.stdin.resume();
    await Promise.race(ends);
    told.abort();
    io.stdin.pause();
  });
  if (lock.signal.aborted)
    throw new CliError(ExitCode.conflict, String(lock.signal.reason.message));
  return ExitCode.ok;
}
