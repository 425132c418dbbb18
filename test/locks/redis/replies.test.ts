import { expect } from 'chai';
import {
  parseAcquire,
  parseAdvance,
  parseFlags,
  parseGiveUp,
  parseTime,
  parseToken,
  parseView,
  UnexpectedReply,
} from '../../../src/locks/redis/replies.js';

const VIEW = [2, [['ana', 'x', 7, 'job', '192.0.2.1:1', 1_700_000_000_000, 250]]];

describe('replies of lock scripts', () => {
  it('become states', () => {
    expect(parseView('a.txt', VIEW)).to.deep.equal({
      name: 'a.txt',
      waiting: 2,
      holders: [
        {
          session: 'ana',
          mode: 'exclusive',
          token: 7,
          holder: 'job',
          address: '192.0.2.1:1',
          note: '',
          sinceMs: 1_700_000_000_000,
          remainingMs: 250,
        },
      ],
      queue: [],
    });
  });

  it('become outcomes of asking', () => {
    expect(parseAcquire('a', ['granted', 3])).to.deep.equal({ outcome: 'granted', token: 3 });
    expect(parseAcquire('a', ['renewed', 'g', 3, 's'])).to.deep.equal({
      outcome: 'renewed',
      grantId: 'g',
      token: 3,
      mode: 'shared',
    });
    expect(parseAcquire('a', ['queued', 90])).to.deep.equal({ outcome: 'queued', endsInMs: 90 });
    expect(parseAcquire('a', ['locked', VIEW])).to.have.nested.property('state.waiting', 2);
    expect(parseGiveUp('a', ['granted', 3])).to.deep.equal({ outcome: 'granted', token: 3 });
    expect(parseGiveUp('a', ['timeout', VIEW])).to.have.nested.property('state.name', 'a');
  });

  it('become what waiting requests learn', () => {
    expect(parseAdvance([40, 0, -1, 12])).to.deep.equal({
      endsInMs: 40,
      statuses: ['waiting', 'unknown', { token: 12 }],
    });
  });

  it('become numbers and flags', () => {
    expect(parseFlags([1, 0, 1])).to.deep.equal([true, false, true]);
    expect(parseToken(0)).to.equal(undefined);
    expect(parseToken(5)).to.equal(5);
    expect(parseTime(['1700000000', '250'])).to.equal(1_700_000_000_000_250);
  });

  it('of an unknown shape are faults', () => {
    const wrong: (() => unknown)[] = [
      () => parseAcquire('a', ['later']),
      () => parseAcquire('a', 'granted'),
      () => parseAcquire('a', ['granted', '3']),
      () => parseGiveUp('a', ['queued', 1]),
      () => parseView('a', [0, [['ana', 'y', 1, '', '', 1, 1]]]),
      () => parseView('a', undefined),
      () => parseFlags([null]),
    ];
    for (const parse of wrong) expect(parse).to.throw(UnexpectedReply);
  });
});
