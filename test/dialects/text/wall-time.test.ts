import { expect } from 'chai';
import { wallTime } from '../../../src/dialects/text/wall-time.js';

const seconds = (instant: string): number =>
  Temporal.Instant.from(instant).epochMilliseconds / 1000;

describe('Wall time', () => {
  it('is YYYY-MM-DD HH:MM:SS.ffffff', () => {
    expect(wallTime(seconds('2026-05-04T18:20:01Z'), 123_456, 'UTC')).to.equal(
      '2026-05-04 18:20:01.123456',
    );
  });

  it('always has six digits', () => {
    const midnight = seconds('2026-01-02T00:00:00Z');
    expect(wallTime(midnight, 0, 'UTC')).to.equal('2026-01-02 00:00:00.000000');
    expect(wallTime(midnight, 7, 'UTC')).to.equal('2026-01-02 00:00:00.000007');
    expect(wallTime(midnight, 120_000, 'UTC')).to.equal('2026-01-02 00:00:00.120000');
  });

  it('is local, summer time included', () => {
    expect(wallTime(seconds('2026-01-02T23:30:00Z'), 1, 'Europe/Madrid')).to.equal(
      '2026-01-03 00:30:00.000001',
    );
    expect(wallTime(seconds('2026-07-02T23:30:00Z'), 1, 'Europe/Madrid')).to.equal(
      '2026-07-03 01:30:00.000001',
    );
  });
});
