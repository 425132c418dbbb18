import { last, valueOption } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { UsageError } from '../cli-error.js';

/** What yargs itself puts beside the flags. */
const NOT_FLAGS: readonly string[] = ['_', '$0', 'help'];

export const serve: CliCommand = {
  usage: 'serve',
  summary: 'Run the server until it is stopped.',
  examples: [
    ['candado serve', 'files in ./data, locks in memory, port 6780'],
    ['candado serve --files-root /srv/files', 'another directory'],
    ['candado serve --redis-url redis://localhost', 'one of many replicas that share their locks'],
    ['candado serve --redis-url redis://localhost --workers auto', 'on all processors'],
  ],
  openEnded: true,

  options: (yargs, settings) =>
    settings.reduce((own, { flag, help }) => own.option(flag, valueOption(help)), yargs),

  run: (args, { parts }) => {
    const [, ...stray] = args['_'] as readonly (string | number)[];
    if (stray.length > 0) {
      throw new UsageError(`serve takes only --flags with values, not "${stray.join(' ')}"`);
    }
    const flags = Object.entries(args).filter(([name]) => !NOT_FLAGS.includes(name));
    return parts.serve(
      Object.fromEntries(flags.map(([name, value]) => [name, String(last(value))])),
    );
  },
};
