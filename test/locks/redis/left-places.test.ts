import { expect } from 'chai';
import type { GrantId } from '../../../src/locks/model.js';
import { LeftPlaces } from '../../../src/locks/redis/left-places.js';
import { FakeClock } from '../../support/fake-clock.js';

const place = (text: string): GrantId => text as GrantId;

describe('LeftPlaces', () => {
  let clock: FakeClock;
  let left: LeftPlaces;

  beforeEach(() => {
    clock = new FakeClock();
    left = new LeftPlaces(clock);
  });

  it('are remembered as long as they may be granted', async () => {
    left.add(place('1'), 1_000);
    left.add(place('2'), 2_000);
    await clock.advance(1_000);
    left.prune();
    expect([left.has(place('1')), left.has(place('2'))]).to.deep.equal([false, true]);
  });

  it('are forgotten once they were taken', () => {
    left.add(place('1'), 1_000);
    left.ended(place('1'));
    expect(left.has(place('1'))).to.equal(false);
  });

  it('are no more than 10 000: the oldest go first', () => {
    for (let at = 0; at <= 10_000; at++) left.add(place(String(at)), 1_000);
    expect([0, 1, 10_000].map((at) => left.has(place(String(at))))).to.deep.equal([
      false,
      true,
      true,
    ]);
  });
});
