import type { CandadoClient } from '../../client/index.js';
import { isSet, switchOption, texts } from '../arguments.js';
import type { CliCommand, CliContext } from '../cli-command.js';
import { disposing } from '../disposing.js';
import { formatEvent } from '../event-line.js';
import { ExitCode } from '../exit-codes.js';
import { onStop } from '../io.js';
import { print, printJson } from '../print.js';

export const watch: CliCommand = {
  usage: 'watch [patterns..]',
  summary: 'Print what happens to files and locks, one line an event, until Ctrl-C.',
  examples: [
    ['candado watch', 'everything'],
    ["candado watch notes.txt 'reports/*'", 'some files and their locks'],
    ["candado watch 'lock:*' --json", 'locks only; for a program: one JSON object a line'],
  ],

  options: (yargs) =>
    yargs
      .positional('patterns', {
        describe: 'Names or globs; file: or lock: before one means only that',
        type: 'string',
        array: true,
      })
      .option('json', switchOption('One JSON object a line')),

  run: (args, context) => {
    const patterns = texts(args, 'patterns');
    return context.withClient(async (client) => {
      const stop = new AbortController();
      const { stdout } = context.io;
      const end = (): void => stop.abort();
      // Who reads what is printed may leave; nothing else would end this then.
      stdout.once('error', end).once('close', end);
      try {
        return await disposing(onStop(context.io, end), () =>
          tell(client, patterns, isSet(args, 'json'), stop.signal, context),
        );
      } finally {
        stdout.off('error', end).off('close', end);
      }
    });
  },
};

async function tell(
  client: CandadoClient,
  patterns: readonly string[],
  json: boolean,
  signal: AbortSignal,
  { io }: CliContext,
): Promise<number> {
  const watching = client.watch(patterns.length === 0 ? '*' : patterns, { signal });
  watching.ready.then(
    () => io.stderr.write('watching; Ctrl-C ends it\n'),
    () => undefined,
  );
  for await (const event of watching) {
    if (json) await printJson(io.stdout, event);
    else await print(io.stdout, `${formatEvent(event)}\n`);
  }
  return ExitCode.ok;
}
