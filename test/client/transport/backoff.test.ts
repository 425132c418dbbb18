import { expect } from 'chai';
import fc from 'fast-check';
import { backoffDelayMs } from '../../../src/client/transport/backoff.js';

const LIMITS = { minMs: 50, maxMs: 2_000 };

describe('client/transport/backoff', () => {
  it('doubles with every failure until the cap', () => {
    const delays = [0, 1, 2, 3, 10, 2000].map((attempt) => backoffDelayMs(attempt, LIMITS, 1));
    expect(delays).to.deep.equal([50, 100, 200, 400, 2_000, 2_000]);
  });

  it('spreads over the upper half, so that clients do not come back in step', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const ceiling = Math.min(2_000, 50 * 2 ** attempt);
        const delay = backoffDelayMs(attempt, LIMITS, random);
        expect(delay).to.be.within(ceiling / 2, ceiling);
      }),
    );
    expect(backoffDelayMs(0, LIMITS, 0)).to.not.equal(backoffDelayMs(0, LIMITS, 0.9));
  });
});
