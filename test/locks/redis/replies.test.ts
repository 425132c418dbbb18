import { expect } from 'chai';
import {
  parseAcquire,
  parseAdvance,
  parseFlags,
  parseGiveUp,
  parseObstacles,
  parseOwnerships,
  parseRelease,
  parseResumed,
  parseTakeOver,
  parseTime,
  parseToken,
  parseVerdicts,
  parseView,
  parseWait,
  UnexpectedReply,
} from '../../../src/locks/redis/replies.js';

const VIEW = [
  2,
  [['ana', 'x', 7, 'job', '192.0.2.1:1', 1_700_000_000_000, 250, 'nightly']],
  [['ben', 's', 'reader', '192.0.2.2:2']],
];

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
          note: 'nightly',
          sinceMs: 1_700_000_000_000,
          remainingMs: 250,
        },
      ],
      queue: [{ session: 'ben', mode: 'shared', holder: 'reader', address: '192.0.2.2:2' }],
    });
  });

  it('become outcomes of asking', () => {
    expect(parseAcquire('a', ['granted', 3, 'x', 0])).to.deep.equal({
      outcome: 'granted',
      token: 3,
      mode: 'exclusive',
      runs: false,
    });
    expect(parseAcquire('a', ['granted', 3, 'x', 1])).to.include({ runs: true });
    expect(parseAcquire('a', ['renewed', 'g', 3, 's'])).to.deep.equal({
      outcome: 'renewed',
      grantId: 'g',
      token: 3,
      mode: 'shared',
    });
    const state = parseView('a', VIEW);
    expect(parseAcquire('a', ['queued', 90, 1_790_000_000_000_001, 2, VIEW])).to.deep.equal({
      outcome: 'queued',
      endsInMs: 90,
      order: 1_790_000_000_000_001,
      place: { position: 2, state },
    });
    expect(parseAcquire('a', ['superseded'])).to.deep.equal({ outcome: 'superseded' });
    expect(parseAcquire('a', ['locked', VIEW])).to.have.nested.property('state.waiting', 2);
    expect(parseRelease([0])).to.deep.equal({ wasThere: false, next: '', granted: [] });
    expect(parseRelease([1, 'next', 'g', 3, 'h', 3])).to.deep.equal({
      wasThere: true,
      next: 'next',
      granted: [
        { grantId: 'g', token: 3 },
        { grantId: 'h', token: 3 },
      ],
    });
    expect(parseGiveUp('a', ['granted', 3])).to.deep.equal({ outcome: 'granted', token: 3 });
    expect(parseGiveUp('a', ['timeout', 4, VIEW])).to.deep.equal({
      outcome: 'timeout',
      position: 4,
      state,
    });
  });

  it('become what a search for circles follows', () => {
    expect(parseObstacles([['ana', 'job', '192.0.2.1:1']])).to.deep.equal([
      { session: 'ana', holder: 'job', address: '192.0.2.1:1' },
    ]);
    expect(parseWait('["a.txt","g"]')).to.deep.equal({ name: 'a.txt', grantId: 'g' });
    expect([parseWait(null), parseWait('')]).to.deep.equal([undefined, undefined]);
  });

  it('become sessions and what they hold', () => {
    expect(parseResumed([2, '', ['a.txt', 500, 1], ['b.txt', 700, 0]])).to.deep.equal({
      generation: 2,
      wait: undefined,
      locks: [
        { name: 'a.txt', ttlMs: 500, keepAlive: true },
        { name: 'b.txt', ttlMs: 700, keepAlive: false },
      ],
    });
    expect(parseResumed([])).to.equal(undefined);
    expect(parseOwnerships([1, 0, -1])).to.deep.equal(['owned', 'left', 'forgotten']);
    expect(parseTakeOver([7, 's', 'job', 'nightly'])).to.deep.equal({
      token: 7,
      mode: 'shared',
      holder: 'job',
      note: 'nightly',
    });
    expect(parseTakeOver([])).to.equal(undefined);
    expect(parseVerdicts([0, 1, 2])).to.deep.equal(['lost', 'known', 'open']);
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
      () => parseView('a', [0, [['ana', 'y', 1, '', '', 1, 1, '']], []]),
      () => parseVerdicts([3]),
      () => parseView('a', undefined),
      () => parseFlags([null]),
    ];
    for (const parse of wrong) expect(parse).to.throw(UnexpectedReply);
  });
});
