import { expect } from 'chai';
import fc from 'fast-check';
import { type ClockEstimate, ClockEstimator } from '../../../src/client/clocks/clock-estimator.js';
import type { TimeSample } from '../../../src/client/time-exchange.js';
import { noise, trueRun } from './true-clocks.js';

function estimateOf(samples: readonly TimeSample[]): ClockEstimate {
  const estimator = new ClockEstimator();
  for (const sample of samples) estimator.add(sample);
  const estimate = estimator.estimate();
  if (estimate === undefined) throw new Error('there is no estimate');
  return estimate;
}

/** `count` exchanges of some 30 µs, of which one in ten is held up by up to 5 ms. */
function noisyRun(count: number, pause: number, ppm: number, offset = 1_000) {
  const random = noise(42);
  const way = (): number => 10 + random() * 10 + (random() < 0.1 ? random() * 5_000 : 0);
  const exchanges = Array.from({ length: count }, () => ({
    pause,
    there: way(),
    work: 5,
    back: way(),
  }));
  return trueRun(offset, ppm, exchanges);
}

describe('ClockEstimator', () => {
  it('has nothing to say about nothing', () => {
    expect(new ClockEstimator().estimate()).to.equal(undefined);
  });

  it('tells offset and bound after one exchange, and not what it takes more to know', () => {
    const estimate = estimateOf(noisyRun(1, 0, 0).samples);
    expect(Math.abs(estimate.offsetMicros - 1_000)).to.be.at.most(estimate.boundMicros);
    expect(estimate.jitterMicros).to.equal(undefined);
    expect(estimate.drift).to.equal(undefined);
  });

  it('is never further off than it says, however ways are shared out and clocks drift', () => {
    // Ways that took longer than the clocks drift apart in the work: others seem to take less than
    // nothing, and are ignored.
    const way = fc.oneof(fc.integer({ min: 15, max: 100 }), fc.integer({ min: 15, max: 50_000 }));
    const work = fc.nat(50_000);
    const exchange = fc.record({ pause: fc.nat(10_000_000), there: way, work, back: way });
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: -499, max: 499 }),
        fc.array(exchange, { minLength: 1, maxLength: 60 }),
        (offset, ppm, exchanges) => {
          const { samples, offsetAtEnd } = trueRun(offset, ppm, exchanges);
          const { offsetMicros, boundMicros } = estimateOf(samples);
          expect(Math.abs(offsetMicros - offsetAtEnd)).to.be.at.most(boundMicros + 0.5);
        },
      ),
    );
  });

  it('finds the offset in noise that is a thousand times larger', () => {
    const { samples, offsetAtEnd } = noisyRun(2_000, 10, 0);
    const estimate = estimateOf(samples);
    expect(estimate.offsetMicros).to.be.closeTo(offsetAtEnd, 2);
    expect(estimate.boundMicros).to.be.below(25);
    expect(estimate.atMicros).to.equal(samples.at(-1)?.returnedAt);
  });

  for (const ppm of [0, 12.5, -200]) {
    it(`tells a drift of ${ppm} ppm, and how sure it is`, () => {
      const { drift } = estimateOf(noisyRun(5_000, 2_000, ppm).samples);
      expect(drift?.errorPpm).to.be.below(1);
      expect(Math.abs((drift?.ppm ?? Number.NaN) - ppm)).to.be.at.most(
        1.5 * (drift?.errorPpm ?? 0),
      );
    });
  }

  it('does not tell a drift from a run of less than a second, nor from a few exchanges', () => {
    expect(estimateOf(noisyRun(1_000, 100, 100).samples).drift).to.equal(undefined);
    expect(estimateOf(noisyRun(5, 1_000_000, 100).samples).drift).to.equal(undefined);
  });

  it('measures jitter from one exchange to the next, so that drift is none', () => {
    const steady = Array.from({ length: 100 }, () => ({
      pause: 100_000,
      there: 50,
      work: 0,
      back: 50,
    }));
    expect(estimateOf(trueRun(0, 100, steady).samples).jitterMicros).to.be.closeTo(10, 1);
    const uneven = steady.map((one, at) => ({ ...one, there: at % 2 === 0 ? 50 : 250 }));
    expect(estimateOf(trueRun(0, 0, uneven).samples).jitterMicros).to.equal(100);
  });

  it('starts anew where a clock was set, with what comes after it', () => {
    const before = noisyRun(500, 5_000, 0, 1_000);
    const after = noisyRun(500, 5_000, 0, -3_000_000);
    const later = after.samples.map((sample) => ({
      ...sample,
      sentAt: sample.sentAt + 10_000_000,
      receivedAt: sample.receivedAt + 10_000_000,
      answeredAt: sample.answeredAt + 10_000_000,
      returnedAt: sample.returnedAt + 10_000_000,
    }));
    const estimate = estimateOf([...before.samples, ...later]);
    expect(estimate.steps).to.equal(1);
    expect(estimate.offsetMicros).to.be.closeTo(-3_000_000, 20);
    expect(Math.abs(estimate.drift?.ppm ?? Number.NaN)).to.be.below(5);
    expect(estimate.jitterMicros).to.be.below(5_000);
  });

  it('ignores a way that is shorter than nothing', () => {
    const estimator = new ClockEstimator();
    const [sample] = noisyRun(1, 0, 0).samples;
    if (sample !== undefined) estimator.add({ ...sample, roundTripMicros: -1 });
    expect(estimator.estimate()).to.equal(undefined);
  });
});
