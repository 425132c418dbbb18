import { namePositional, parseWhole, requiredText, valueOption, whole } from '../arguments.js';
import type { CliCommand } from '../cli-command.js';
import { CliError, UsageError } from '../cli-error.js';
import { disposing } from '../disposing.js';
import { ExitCode } from '../exit-codes.js';
import { print } from '../print.js';
import { VERSIONS, VERSIONS_TO_REPLACE } from '../versions.js';
import { WAITS } from '../waits.js';

export const restore: CliCommand = {
  usage: 'restore <name> <version>',
  summary: 'Publish an older version once more, as the newest; brings back what was deleted, too.',
  examples: [
    ['candado history notes.txt', 'first: which versions there are'],
    ['candado restore notes.txt 3', 'locks it, publishes a copy of version 3, and unlocks it'],
    ['candado restore notes.txt 3 --wait 5000', 'queues up to five seconds'],
    ['candado restore notes.txt 3 --if-version 7', 'no lock: only if version 7 is current'],
  ],

  options: (yargs) =>
    yargs
      .positional('name', namePositional())
      .positional('version', { describe: 'The kept version to copy', type: 'string' })
      .option('wait', valueOption('Queue this many milliseconds where it is locked [0]'))
      .option('if-version', valueOption('Do not lock; only if this is the current version')),

  run: (args, { io, withClient }) => {
    const name = requiredText(args, 'name');
    const version = parseWhole('VERSION', requiredText(args, 'version'), VERSIONS);
    const waitMs = whole(args, 'wait', WAITS);
    const replaced = whole(args, 'if-version', VERSIONS_TO_REPLACE);
    if (waitMs !== undefined && replaced !== undefined) {
      throw new UsageError('--wait is for the lock, and --if-version does without one: choose');
    }
    return withClient(async (client) => {
      const published =
        replaced === undefined
          ? await disposing(await client.lock(name, { waitMs: waitMs ?? 0 }), (lock) =>
              lock.restore(version),
            )
          : await client.restore(name, version, { version: replaced });
      if (published === null) {
        throw new CliError(
          ExitCode.notFound,
          `there is no content of version ${version} of ${name}: \`candado history ${name}\` ` +
            'shows what there is',
        );
      }
      await print(io.stdout, `${name} is at version ${published} now, a copy of ${version}\n`);
      return ExitCode.ok;
    });
  },
};
