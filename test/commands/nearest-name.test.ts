import { expect } from 'chai';
import { nearestName } from '../../src/commands/nearest-name.js';

const KNOWN = ['CLIENT', 'DELETE', 'GET', 'LIST', 'LOCK', 'LOCKS', 'PUT', 'QUIT', 'STAT', 'UNLOCK'];

describe('nearestName', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['LOKC', undefined], // two letters of four: too far to guess
    ['LOC', 'LOCK'],
    ['UNLOK', 'UNLOCK'],
    ['CLEINT', 'CLIENT'],
    ['GTE', undefined],
    ['GETT', 'GET'],
    ['SET', 'PUT'],
    ['DEL', 'DELETE'],
    ['KEYS', 'LIST'],
    ['SHUTDOWN', undefined], // its counterpart is not among the known ones
    ['XADD', undefined],
    ['toString', undefined],
    ['L'.repeat(1_000_000), undefined],
  ];
  for (const [wanted, expected] of cases) {
    it(`${wanted.slice(0, 12)}: ${expected ?? 'nothing'}`, () => {
      expect(nearestName(wanted, KNOWN)).to.equal(expected);
    });
  }
});
