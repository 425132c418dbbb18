import { expect } from 'chai';
import fc from 'fast-check';
import { MOST_DRIFT_PPM, OffsetInterval } from '../../../src/client/clocks/offset-interval.js';
import { timeSample } from '../../../src/client/time-exchange.js';
import { type Exchange, trueRun } from './true-clocks.js';

const way = fc.double({ min: 0, max: 50_000, noNaN: true });
const exchange: fc.Arbitrary<Exchange> = fc.record({
  pause: fc.double({ min: 0, max: 10_000_000, noNaN: true }),
  there: way,
  work: fc.double({ min: 0, max: 1_000, noNaN: true }),
  back: way,
});

describe('OffsetInterval', () => {
  it('holds the true offset, however ways are shared out and clocks drift', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: -MOST_DRIFT_PPM * 0.99, max: MOST_DRIFT_PPM * 0.99, noNaN: true }),
        fc.array(exchange, { minLength: 1, maxLength: 40 }),
        (offset, ppm, exchanges) => {
          const { samples, offsetAtEnd } = trueRun(offset, ppm, exchanges);
          const interval = new OffsetInterval();
          for (const sample of samples) {
            interval.add(sample);
          }
          expect(offsetAtEnd).to.be.within(interval.leastMicros - 0.5, interval.mostMicros + 0.5);
          expect(interval.steps).to.equal(0);
        },
      ),
    );
  });

  it('is never wider than the last round trip, and what stamps do not tell', () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 40 }), (exchanges) => {
        const { samples } = trueRun(0, 0, exchanges);
        const interval = new OffsetInterval(0);
        for (const sample of samples) {
          interval.add(sample);
          const width = interval.mostMicros - interval.leastMicros;
          expect(width).to.be.at.most(sample.roundTripMicros + 2);
        }
      }),
    );
  });

  it('has zero in it where one way always takes 20 ms more, and is that wide', () => {
    const exchanges = [300, 100, 200].map((there) => ({
      pause: 0,
      there: there + 20_000,
      work: 5,
      back: 100,
    }));
    const { samples } = trueRun(0, 0, exchanges);
    const interval = new OffsetInterval();
    for (const sample of samples) interval.add(sample);
    expect(interval.leastMicros).to.be.within(-135, -100);
    expect(interval.mostMicros).to.be.within(20_100, 20_135);
  });

  it('takes the shorter of each way from different exchanges', () => {
    const interval = new OffsetInterval(0);
    interval.add(timeSample(0, 10, 10, 110));
    interval.add(timeSample(200, 300, 300, 310));
    expect(interval.leastMicros).to.equal(-11);
    expect(interval.mostMicros).to.equal(11);
  });

  it('widens by what clocks can drift since', () => {
    const interval = new OffsetInterval(100);
    interval.add(timeSample(0, 10, 10, 20));
    interval.add(timeSample(9_900_020, 9_950_020, 9_950_020, 10_000_020));
    expect(interval.leastMicros).to.be.closeTo(-11 - 1_000, 0.1);
    expect(interval.mostMicros).to.be.closeTo(11 + 1_000, 0.1);
  });

  it('starts anew where a clock was set, and counts it', () => {
    const interval = new OffsetInterval();
    interval.add(timeSample(0, 10, 10, 20));
    expect(interval.add(timeSample(1_000, 61_010, 61_010, 1_020))).to.equal(true);
    expect(interval.leastMicros).to.be.closeTo(60_000 - 11, 0.1);
    expect(interval.steps).to.equal(1);
  });

  it('does not believe in a way that is shorter than nothing', () => {
    const interval = new OffsetInterval();
    interval.add(timeSample(0, 10, 10, 20));
    expect(interval.add(timeSample(100, 110, 5_110, 120))).to.equal(false);
    expect(interval.mostMicros).to.be.closeTo(11, 0.1);
    expect(interval.steps).to.equal(0);
  });
});
