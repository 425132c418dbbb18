import { expect } from 'chai';
import { UsageError } from '../../src/cli/cli-error.js';
import { duration } from '../../src/cli/duration.js';

const RANGE = { leastMs: 1, mostMs: 3_600_000 };

describe('cli/duration', () => {
  for (const [written, ms] of [
    ['250', 250],
    ['100ms', 100],
    ['10s', 10_000],
    ['1.5min', 90_000],
    ['1h', 3_600_000],
    ['0.001s', 1],
  ] as const) {
    it(`reads ${written}`, () => {
      expect(duration({ for: written }, 'for', RANGE)).to.equal(ms);
    });
  }

  for (const written of ['', '10 s', 's', '-1s', '1d', '0.5ms', '2h', '1e3', '1s2', 'Infinity']) {
    it(`refuses "${written}" and says what it takes`, () => {
      expect(() => duration({ for: written }, 'for', RANGE))
        .to.throw(UsageError)
        .with.property('message')
        .that.matches(/^--for takes a time from 1 ms to .*, such as 100ms, 10s, 5min or 1h, not "/);
    });
  }

  it('is undefined where nothing was given', () => {
    expect(duration({}, 'for', RANGE)).to.equal(undefined);
  });
});
