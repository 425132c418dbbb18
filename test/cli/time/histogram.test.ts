import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { drawBars } from '../../../src/cli/time/bars.js';
import { histogramOf } from '../../../src/cli/time/histogram.js';
import { RoundTripCounts } from '../../../src/cli/time/round-trip-counts.js';

function counted(all: readonly number[]): RoundTripCounts {
  const counts = new RoundTripCounts();
  for (const one of all) counts.add(one);
  return counts;
}

describe('cli/histogram', () => {
  it('has bars of equal round width, and one for what took much longer', () => {
    const all = [...Array.from({ length: 200 }, (_, at) => 20 + (at % 40)), 9_000];
    const bars = histogramOf(counted(all), 12);
    expect(bars.map(({ fromMicros }) => fromMicros)).to.deep.equal([
      20, 25, 30, 35, 40, 45, 50, 55, 60,
    ]);
    expect(bars.map(({ count }) => count)).to.deep.equal([25, 25, 25, 25, 25, 25, 25, 25, 1]);
    expect(bars.at(-1)?.toMicros).to.equal(9_001);
  });

  it('loses nothing, and has no more bars than asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(300), fc.nat(10_000_000)), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 4, max: 40 }),
        (all, most) => {
          const bars = histogramOf(counted(all), most);
          expect(bars.length).to.be.within(1, most);
          expect(bars.reduce((sum, { count }) => sum + count, 0)).to.equal(all.length);
          expect(bars[0]?.fromMicros).to.be.at.most(Math.min(...all));
          expect(bars.at(-1)?.toMicros).to.be.above(Math.max(...all) * 0.99);
        },
      ),
    );
  });

  it('has nothing to show of nothing', () => {
    expect(histogramOf(counted([]), 12)).to.deep.equal([]);
  });
});

describe('cli/bars', () => {
  const ranges = [
    { fromMicros: 10, toMicros: 20, count: 400 },
    { fromMicros: 20, toMicros: 30, count: 100 },
    { fromMicros: 30, toMicros: 40, count: 0 },
    { fromMicros: 40, toMicros: 50, count: 1 },
  ];

  it('draws the largest as long as there is room, the others in proportion to the eighth', () => {
    // 2 + 7 for where it begins, 3 for the count, 2 between: 16 are left for the bar.
    expect(drawBars(ranges, 30, false)).to.equal(
      [
        '  10.0 µs ████████████████ 400',
        '  20.0 µs ████ 100',
        '  30.0 µs 0',
        '  40.0 µs ▏ 1',
        '',
      ].join('\n'),
    );
  });

  it('stays within its width', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000_000), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 40, max: 200 }),
        (counts, width) => {
          const drawn = drawBars(
            counts.map((count, at) => ({ fromMicros: at * 100, toMicros: at * 100 + 100, count })),
            width,
            false,
          );
          for (const line of drawn.split('\n')) expect(line.length).to.be.at.most(width);
        },
      ),
    );
  });

  it('has colour only where it is wanted, and the same text', () => {
    const coloured = drawBars(ranges, 30, true);
    expect(coloured).to.include('\u001b[');
    expect(stripVTControlCharacters(coloured)).to.equal(drawBars(ranges, 30, false));
  });
});
