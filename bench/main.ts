import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import yargs from 'yargs';
import { Pins } from './parts/pins.js';
import { NoRedisError } from './parts/redis-process.js';
import { Stage } from './parts/stage.js';
import { chart } from './report/chart.js';
import { thisMachine } from './report/machine.js';
import type { Result } from './report/result.js';
import { table } from './report/table.js';
import { isWithin } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

const EXIT = { ok: 0, missed: 1, usage: 2 } as const;

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (line: string): void => void process.stderr.write(`  ${line}\n`);

const names = SCENARIOS.map(({ name }) => name);
const args = await yargs(process.argv.slice(2))
  .scriptName('npm run bench --')
  .usage(
    '$0 [scenario...]\n\nMeasures on this machine, with a Redis and replicas of its own. ' +
      'Exit code 0: every limit was kept; 1: one was missed; 2: wrong usage.\n\n' +
      SCENARIOS.map(({ name, shows }) => `  ${name.padEnd(18)}${shows}`).join('\n'),
  )
  .options({
    quick: {
      ...{ type: 'boolean', default: false },
      describe: 'Shorter and rougher; without names, those scenarios that fit into a minute',
    },
    json: { type: 'string', requiresArg: true, describe: 'Also write all figures to this file' },
    svg: { type: 'string', requiresArg: true, describe: 'Also draw all ratios into this file' },
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

const pins = await Pins.choose();
say(pins.described);
const results: Result[] = [];
for (const scenario of SCENARIOS) {
  const asked = wanted.length > 0 ? wanted.includes(scenario.name) : scenario.quick || !args.quick;
  if (!asked) continue;
  say(`${scenario.name}: ${scenario.shows}`);
  await using stage = await Stage.build(pins, args.quick, say);
  const startedMs = performance.now();
  const figures = await scenario.run(stage).catch((error: unknown) => {
    if (error instanceof NoRedisError) return [];
    throw error;
  });
  say(`${scenario.name} took ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  results.push({ scenario, figures, missing: stage.missing });
}
out(table(results));
if (args.json !== undefined)
  await writeFile(args.json, `${JSON.stringify(toJson(), undefined, 2)}\n`);
if (args.svg !== undefined) await writeFile(args.svg, chart(results));
const kept = results.every(({ figures }) => figures.every(isWithin));
process.exitCode = kept ? EXIT.ok : EXIT.missed;

function toJson(): object {
  return {
    at: new Date().toISOString(),
    machine: thisMachine(),
    pins: pins.described,
    quick: args.quick,
    scenarios: results.map(({ scenario, figures, missing }) => ({
      name: scenario.name,
      figures,
      missing,
    })),
  };
}
