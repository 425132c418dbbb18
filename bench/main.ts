import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import yargs from 'yargs';
import { Stage } from './parts/stage.js';
import { type Result, table } from './print.js';
import { isWithin, type Scenario } from './scenario.js';
import { handoff } from './scenarios/handoff.js';
import { idleWaiting } from './scenarios/idle-waiting.js';
import { large } from './scenarios/large.js';
import { memory } from './scenarios/memory.js';
import { renewal } from './scenarios/renewal.js';

const SCENARIOS: readonly Scenario[] = [handoff, idleWaiting, renewal, memory, large];
const EXIT = { ok: 0, missed: 1, usage: 2 } as const;

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (line: string): void => void process.stderr.write(`  ${line}\n`);

const names = SCENARIOS.map(({ name }) => name);
const args = await yargs(process.argv.slice(2))
  .scriptName('npm run bench --')
  .usage(
    '$0 [scenario...]\n\nMeasures on this machine, with a Redis and replicas of its own. ' +
      'Exit code 0: every limit was kept; 1: one was missed; 2: wrong usage.\n\n' +
      SCENARIOS.map(({ name, shows }) => `  ${name.padEnd(14)}${shows}`).join('\n'),
  )
  .options({
    quick: { type: 'boolean', default: false, describe: 'Shorter and rougher' },
    json: { type: 'string', requiresArg: true, describe: 'Also write all figures to this file' },
  })
  .strictOptions()
  .fail((message, error, self) => {
    process.stderr.write(`${message ?? error.message}\n\n`);
    self.showHelp();
    process.exit(EXIT.usage);
  })
  .parseAsync();

const wanted = args._.map(String);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(
    `there is no scenario ${unknown.join(', ')}; there are ${names.join(', ')}\n`,
  );
  process.exit(EXIT.usage);
}
// What was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const results: Result[] = [];
for (const scenario of SCENARIOS) {
  if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
  say(`${scenario.name}: ${scenario.shows}`);
  await using stage = await Stage.build(args.quick, say);
  results.push({ scenario, figures: await scenario.run(stage) });
}
out(table(results));
if (args.json !== undefined)
  await writeFile(args.json, `${JSON.stringify(toJson(), undefined, 2)}\n`);
const kept = results.every(({ figures }) => figures.every(isWithin));
process.exitCode = kept ? EXIT.ok : EXIT.missed;

function toJson(): object {
  return {
    at: new Date().toISOString(),
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    quick: args.quick,
    scenarios: results.map(({ scenario, figures }) => ({ name: scenario.name, figures })),
  };
}
