import { expect } from 'chai';
import { describeTransfer } from '../../src/cli/transfer.js';

const MIB = 1024 * 1024;

describe('cli/transfer', () => {
  const LINES = [
    [10 * MIB, 30 * MIB, 2 * MIB, '10.0 MiB of 30.0 MiB, 2.0 MiB/s, 10 s left'],
    [10 * MIB, 30 * MIB, 20 * MIB, '10.0 MiB of 30.0 MiB, 20.0 MiB/s, 1 s left'],
    [30 * MIB - 1, 30 * MIB, 99.7, '30.0 MiB of 30.0 MiB, 100 B/s, 1 s left'],
    [MIB, 3 * MIB, 0.5, '1.0 MiB of 3.0 MiB'],
    [MIB, 1024 * MIB, MIB, '1.0 MiB of 1.0 GiB, 1.0 MiB/s, 17 min left'],
  ] as const;
  for (const [done, bytes, perSecond, line] of LINES) {
    it(`says "${line}"`, () => {
      expect(describeTransfer(done, bytes, perSecond)).to.equal(line);
    });
  }
});
