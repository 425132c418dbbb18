import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { Random } from '../plan/random.js';
import { killReport, runKills } from './run.js';

const EXIT = { held: 0, broken: 1, usage: 2 } as const;

/** Dying in the first round and dying after some are not the same. */
const ROUNDS = 3;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const args = await yargs(process.argv.slice(2))
  .scriptName('npm run kills --')
  .usage(
    '$0\n\nKills processes that publish into a directory store, with SIGKILL at every step of it,\n' +
      'while another reads and publishes, and looks after each whether all is whole and clean.\n' +
      'Exit code 0: it was; 1: it was not, and the folder is kept; 2: wrong usage.',
  )
  .options({
    count: { type: 'number', default: 1_000, describe: 'How many are killed' },
    seed: { type: 'number', describe: 'Repeats the choices of the run that printed it' },
    lanes: { type: 'number', default: 2, describe: 'How many folders of files at once' },
    minutes: { type: 'number', default: 30, describe: 'Longer than that is a failure' },
    folder: { type: 'string', default: tmpdir(), describe: 'Where: the disk to be tried' },
  })
  .strict()
  .check(({ count, seed = 0, lanes, minutes }) => {
    const wrong = [
      Number.isSafeInteger(count) && count >= 1 ? '' : '--count must be 1 or more',
      Number.isSafeInteger(lanes) && lanes >= 1 ? '' : '--lanes must be 1 or more',
      Number.isSafeInteger(seed) && seed >= 0 ? '' : '--seed must be a whole number',
      minutes > 0 ? '' : '--minutes must be above 0',
    ].filter((problem) => problem !== '');
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    return true;
  })
  .fail((message, error, self) => {
    process.stderr.write(`${message ?? error.message}\n\n`);
    self.showHelp();
    process.exit(EXIT.usage);
  })
  .parseAsync();

// Whatever was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const seed = args.seed ?? Math.floor(Math.random() * 2 ** 31);
const folder = await mkdtemp(join(args.folder, 'candado-kills-'));
say(`seed ${seed}: ${args.count} kills in ${folder}`);
const tally = await runKills({
  ...{ count: args.count, lanes: args.lanes, random: new Random(seed), folder, say },
  ...{ limitMs: args.minutes * 60_000, rounds: ROUNDS },
});
const ok = tally.violations.length === 0;
say(['', ...killReport(tally), ''].join('\n'));
if (ok) await rm(folder, { recursive: true, force: true });
say(ok ? `nothing was lost; seed ${seed}` : `something was lost; seed ${seed}; see ${folder}`);
process.exitCode = ok ? EXIT.held : EXIT.broken;
