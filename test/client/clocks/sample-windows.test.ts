import { expect } from 'chai';
import fc from 'fast-check';
import { SampleWindows } from '../../../src/client/clocks/sample-windows.js';
import { type TimeSample, timeSample } from '../../../src/client/time-exchange.js';

const at = (micros: number, roundTrip: number): TimeSample =>
  timeSample(micros, micros, micros, micros + roundTrip);

describe('SampleWindows', () => {
  it('keeps the shortest way of each window', () => {
    const windows = new SampleWindows(4);
    const samples = [at(0, 30), at(200, 10), at(400, 20), at(1_500, 50), at(2_900, 5)];
    for (const sample of samples) windows.add(sample);
    expect(windows.best).to.deep.equal([samples[1], samples[3], samples[4]]);
  });

  it('keeps no more than asked for, in order, the best of all among them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(50_000_000), fc.integer({ min: 0, max: 900 })), { minLength: 1 }),
        fc.integer({ min: 1, max: 16 }),
        (steps, most) => {
          const windows = new SampleWindows(most);
          let now = 1_700_000_000_000_000;
          let shortest = Number.POSITIVE_INFINITY;
          for (const [pause, roundTrip] of steps) {
            now += pause;
            windows.add(at(now, roundTrip));
            now += roundTrip;
            shortest = Math.min(shortest, roundTrip);
          }
          const { best } = windows;
          expect(best.length).to.be.within(1, most);
          expect(Math.min(...best.map((sample) => sample.roundTripMicros))).to.equal(shortest);
          const times = best.map((sample) => sample.returnedAt);
          expect(times).to.deep.equal([...times].sort((one, other) => one - other));
        },
      ),
    );
  });

  it('begins again when cleared', () => {
    const windows = new SampleWindows(2);
    windows.add(at(0, 1));
    windows.add(at(60_000_000, 1));
    windows.clear();
    windows.add(at(100_000_000, 7));
    windows.add(at(100_001_500, 8));
    expect(windows.best.map((sample) => sample.roundTripMicros)).to.deep.equal([7, 8]);
  });

  it('leaves out a way that is shorter than nothing', () => {
    const windows = new SampleWindows(2);
    windows.add(at(0, -5));
    expect(windows.best).to.deep.equal([]);
  });
});
