import { expect } from 'chai';
import {
  formatBytes,
  formatDuration,
  formatInstant,
  formatMicros,
  formatOffset,
} from '../../src/cli/quantities.js';

describe('cli/quantities', () => {
  it('writes sizes in the unit in which they read best', () => {
    expect([0, 1023, 1536, 5 * 2 ** 20].map(formatBytes)).to.deep.equal([
      '0 B',
      '1023 B',
      '1.5 KiB',
      '5.0 MiB',
    ]);
  });

  it('writes differences with their sign', () => {
    expect([-12.5, 0, 3_400, 1_200_000].map(formatOffset)).to.deep.equal([
      '-12.5 µs',
      '+0.0 µs',
      '+3.400 ms',
      '+1.200 s',
    ]);
    expect(formatMicros(999)).to.equal('999.0 µs');
  });

  it('writes instants with six digits', () => {
    expect(formatInstant(1_700_000_000_000_042)).to.equal('2023-11-14T22:13:20.000042Z');
  });

  it('writes lengths of time coarsely', () => {
    expect([850, 12_000, 300_000, 10_800_000].map(formatDuration)).to.deep.equal([
      '850 ms',
      '12 s',
      '5 min',
      '3 h',
    ]);
  });
});
