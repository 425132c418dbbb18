/**
 * The properties of this folder for as long as one likes; not part of the suite.
 *
 *     node dist/test/dialects/resp/fuzz.js [--minutes 5] [--seed 1234]
 *
 * A failure prints the smallest stream that fails, and the seed that finds it again.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { PROPERTIES } from './properties.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const share = (Number(values.minutes) * 60_000) / Object.keys(PROPERTIES).length;
if (!Number.isInteger(seed) || !(share > 0)) throw new RangeError('--seed and --minutes: numbers');

process.stdout.write(`seed ${seed}\n`);
for (const [title, property] of Object.entries(PROPERTIES)) {
  const { failed, numRuns, ...details } = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: share,
  });
  process.stdout.write(`${failed ? 'FAILED' : 'held'} after ${numRuns} runs: ${title}\n`);
  if (failed) {
    process.stdout.write(`${fc.stringify(details.counterexample)}\n${details.errorInstance}\n`);
    process.exitCode = 1;
  }
}
