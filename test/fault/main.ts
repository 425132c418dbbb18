import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { ensureContainers } from '../integration/support/engine.js';
import { beginRun, endRun, removeLeftOvers } from '../integration/support/test-run.js';
import type { History } from './history.js';
import { FAULT_KINDS, type FaultKind } from './plan/fault.js';
import { report } from './report.js';
import { run } from './run.js';

const EXIT = { held: 0, broken: 1, usage: 2 } as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const args = await yargs(process.argv.slice(2))
  .scriptName('npm run chaos --')
  .usage(
    '$0\n\nLets clients lock, write and read files through several replicas while replicas, Redis,\n' +
      'connections and clocks fail, and checks all that they saw. Exit code 0: every promise held;\n' +
      '1: one was broken, and the folder with logs and history is kept; 2: wrong usage.',
  )
  .options({
    minutes: { type: 'number', default: 1, describe: 'How long faults go on' },
    seed: { type: 'number', describe: 'Repeats the plan of the run that printed it' },
    clients: { type: 'number', default: 16, describe: 'How many work at once' },
    replicas: { type: 'number', default: 3, describe: 'How many replicas they share' },
    lease: { type: 'number', default: 4_000, describe: 'Length of a lease in milliseconds' },
    only: { type: 'string', array: true, choices: FAULT_KINDS, describe: 'No other faults' },
    without: { type: 'string', array: true, choices: FAULT_KINDS, describe: 'Not these faults' },
    keep: { type: 'boolean', default: false, describe: 'Keep logs and history in any case' },
  })
  .example('$0 --minutes 10', 'ten minutes of everything')
  .example('$0 --seed 4711 --only fail-over', 'the fail-overs of that plan')
  .strict()
  .check(({ minutes, clients, replicas, lease, seed = 0 }) => {
    const wrong = [
      minutes >= 0 ? '' : '--minutes must not be negative',
      Number.isSafeInteger(clients) && clients >= 1 ? '' : '--clients must be 1 or more',
      Number.isSafeInteger(replicas) && replicas >= 1 ? '' : '--replicas must be 1 or more',
      Number.isSafeInteger(lease) && lease >= 500 ? '' : '--lease must be 500 or more',
      Number.isSafeInteger(seed) && seed >= 0 ? '' : '--seed must be a whole number',
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

const chosen: readonly FaultKind[] = args.only ?? FAULT_KINDS;
const kinds = chosen.filter((kind) => !(args.without ?? []).includes(kind));
const seed = args.seed ?? Math.floor(Math.random() * 2 ** 31);
const folder = await mkdtemp(join(tmpdir(), 'candado-chaos-'));
say(`seed ${seed}: ${args.minutes} minutes, ${args.clients} clients, ${args.replicas} replicas`);

// Whatever was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await ensureContainers();
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
beginRun();
await removeLeftOvers();
try {
  const history = await run({
    ...{ seed, kinds, folder, say, durationMs: args.minutes * 60_000, leaseMs: args.lease },
    ...{ clients: args.clients, replicas: args.replicas },
  });
  const { ok, lines } = report(history);
  say(['', ...lines, ''].join('\n'));
  if (!ok || args.keep) await keep(history);
  else await rm(folder, { recursive: true, force: true });
  say(ok ? `every promise held; seed ${seed}` : `a promise was broken; seed ${seed}`);
  process.exitCode = ok ? EXIT.held : EXIT.broken;
} finally {
  await endRun();
}

async function keep(history: History): Promise<void> {
  const lines = [
    ...history.faults.map((window) => ({ ...window, kind: `fault ${window.kind}` })),
    ...history.entries,
  ].map((entry) => JSON.stringify(entry));
  await writeFile(join(folder, 'history.jsonl'), `${lines.join('\n')}\n`);
  say(`logs, files and history are in ${folder}`);
}
