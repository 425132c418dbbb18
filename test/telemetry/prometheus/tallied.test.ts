import { expect } from 'chai';
import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { TalliedCounter } from '../../../src/telemetry/prometheus/tallied-counter.js';
import { TalliedHistogram } from '../../../src/telemetry/prometheus/tallied-histogram.js';

const BOUNDS = [0.001, 0.01, 0.1];
const value = fc.oneof(
  fc.constantFrom(0, ...BOUNDS),
  fc.integer({ min: 0, max: 1_024 }).map((n) => n / 512),
);
const label = fc.constantFrom('a', 'b');

describe('Metrics that are tallied', () => {
  it("read as prom-client's own histogram would", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(label, value)), async (observations) => {
        const [mine, theirs] = [new Registry(), new Registry()];
        const shape = {
          name: 'seconds',
          help: 'Help.',
          buckets: [...BOUNDS],
          labelNames: ['kind'] as const,
        };
        const tallied = new TalliedHistogram({ ...shape, registers: [mine] });
        const own = new Histogram({ ...shape, registers: [theirs] });
        const series = { a: tallied.series({ kind: 'a' }), b: tallied.series({ kind: 'b' }) };
        for (const kind of ['a', 'b']) own.zero({ kind });
        for (const [kind, seconds] of observations) {
          series[kind as 'a' | 'b'].observe(seconds);
          own.observe({ kind }, seconds);
        }
        expect(sorted(await mine.metrics())).to.deep.equal(sorted(await theirs.metrics()));
      }),
    );
  });

  it('count an observation as often as it is said to have been made', async () => {
    const registry = new Registry();
    const histogram = new TalliedHistogram({
      name: 'seconds',
      help: 'Help.',
      buckets: [...BOUNDS],
      registers: [registry],
    });
    histogram.series({}).observe(0.005, 3);
    expect((await registry.metrics()).trim().split('\n').slice(2)).to.deep.equal([
      'seconds_bucket{le="0.001"} 0',
      'seconds_bucket{le="0.01"} 3',
      'seconds_bucket{le="0.1"} 3',
      'seconds_bucket{le="+Inf"} 3',
      'seconds_sum 0.015',
      'seconds_count 3',
    ]);
  });

  it("read as prom-client's own counter would, at every scrape", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.tuple(label, fc.nat(9)))), async (scrapes) => {
        const [mine, theirs] = [new Registry(), new Registry()];
        const shape = { name: 'things_total', help: 'Help.', labelNames: ['kind'] as const };
        const tallied = new TalliedCounter({ ...shape, registers: [mine] });
        const own = new Counter({ ...shape, registers: [theirs] });
        const series = { a: tallied.series({ kind: 'a' }), b: tallied.series({ kind: 'b' }) };
        for (const kind of ['a', 'b']) own.inc({ kind }, 0);
        for (const counted of scrapes) {
          for (const [kind, by] of counted) {
            series[kind as 'a' | 'b'].inc(by);
            own.inc({ kind }, by);
          }
          expect(sorted(await mine.metrics())).to.deep.equal(sorted(await theirs.metrics()));
        }
      }),
    );
  });
});

/** The order of labels says nothing. */
function sorted(page: string): string[] {
  return page
    .split('\n')
    .map((line) =>
      line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').sort().join(',')}}`),
    );
}
