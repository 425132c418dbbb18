import { expect } from 'chai';
import fc from 'fast-check';
import { RoundTripCounts } from '../../../src/cli/time/round-trip-counts.js';

const micros = fc.oneof(fc.nat(300), fc.nat(1_000_000), fc.maxSafeNat());

describe('cli/RoundTripCounts', () => {
  it('tells each percentile to within 0.8 % of what sorting all would tell', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100_000_000), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, share) => {
          const counts = new RoundTripCounts();
          for (const one of all) counts.add(one);
          const sorted = [...all].sort((one, other) => one - other);
          const exact = sorted[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
          expect(counts.percentile(share)).to.be.within(exact, exact * 1.008);
        },
      ),
    );
  });

  it('counts each once, in a range that it lies in, and ranges do not overlap', () => {
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1 }), (all) => {
        const counts = new RoundTripCounts();
        for (const one of all) counts.add(one);
        const ranges = [...counts.ranges()];
        expect(ranges.reduce((sum, { count }) => sum + count, 0)).to.equal(all.length);
        let end = 0;
        for (const { fromMicros, toMicros, count } of ranges) {
          expect(fromMicros).to.be.at.least(end);
          expect(toMicros).to.be.above(fromMicros);
          end = toMicros;
          const within = all.filter((one) => one >= fromMicros && one < toMicros);
          // What is longer than anything that happens is counted at the end.
          if (toMicros < 2 ** 47) expect(within).to.have.length(count);
        }
      }),
    );
  });

  it('knows the shortest and the longest, and takes less than nothing for nothing', () => {
    const counts = new RoundTripCounts();
    for (const one of [70_001, 300, -4]) counts.add(one);
    expect([counts.leastMicros, counts.mostMicros, counts.count]).to.deep.equal([0, 70_001, 3]);
    expect(counts.percentile(1)).to.equal(70_001);
  });
});
