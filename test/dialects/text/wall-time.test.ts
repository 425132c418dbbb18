import { expect } from 'chai';
import { WallTime } from '../../../src/dialects/text/wall-time.js';

const micros = (instant: string): number =>
  Number(Temporal.Instant.from(instant).epochNanoseconds / 1_000n);

describe('WallTime', () => {
  const utc = new WallTime('UTC');

  it('is YYYY-MM-DD HH:MM:SS.ffffff', () => {
    expect(utc.text(micros('2026-05-04T18:20:01.123456Z'))).to.equal('2026-05-04 18:20:01.123456');
  });

  it('always has six digits', () => {
    const midnight = micros('2026-01-02T00:00:00Z');
    expect(utc.text(midnight)).to.equal('2026-01-02 00:00:00.000000');
    expect(utc.text(midnight + 7)).to.equal('2026-01-02 00:00:00.000007');
    expect(utc.text(midnight + 120_000)).to.equal('2026-01-02 00:00:00.120000');
  });

  it('goes on to the next second, and back where the clock was set back', () => {
    const second = micros('2026-01-02T00:00:00Z');
    expect(utc.text(second + 999_999)).to.equal('2026-01-02 00:00:00.999999');
    expect(utc.text(second + 1_000_000)).to.equal('2026-01-02 00:00:01.000000');
    expect(utc.text(second - 1)).to.equal('2026-01-01 23:59:59.999999');
  });

  it('is local, summer time included', () => {
    const madrid = new WallTime('Europe/Madrid');
    expect(madrid.text(micros('2026-01-02T23:30:00.000001Z'))).to.equal(
      '2026-01-03 00:30:00.000001',
    );
    expect(madrid.text(micros('2026-07-02T23:30:00.000001Z'))).to.equal(
      '2026-07-03 01:30:00.000001',
    );
  });
});
