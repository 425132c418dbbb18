import fc from 'fast-check';
import { PROPERTIES } from './properties.js';

/** Enough to find a slip in seconds; `fuzz.ts` goes on for as long as one likes. */
const RUNS = 1000;

describe('RESP, whatever is sent', () => {
  for (const [title, property] of Object.entries(PROPERTIES)) {
    it(title, () => fc.assert(property, { numRuns: RUNS })).timeout(20_000);
  }
});
