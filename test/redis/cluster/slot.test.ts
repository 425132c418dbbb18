import { expect } from 'chai';
import { slotOf } from '../../../src/redis/cluster/slot.js';

describe('slotOf', () => {
  // As `CLUSTER KEYSLOT` answers; the first is the example of the Redis cluster specification.
  const known = { '123456789': 12_739, foo: 12_182, '': 0, 'candado:{dir/ñ.txt}:lock': 7_662 };
  for (const [key, slot] of Object.entries(known)) {
    it(`is ${slot} for "${key}"`, () => expect(slotOf(key)).to.equal(slot));
  }

  it('looks at nothing but the hash tag', () => {
    expect(slotOf('a:{user}:b')).to.equal(slotOf('user'));
    expect(slotOf('{user}')).to.equal(slotOf('user'));
    expect(slotOf('{a}{b}')).to.equal(slotOf('a'));
    expect(slotOf('{{a}')).to.equal(slotOf('{a'));
  });

  it('looks at the whole key where the tag is empty or has no end', () => {
    expect(slotOf('{}user')).to.not.equal(slotOf(''));
    expect(slotOf('{}user')).to.not.equal(slotOf('user'));
    expect(slotOf('{user')).to.not.equal(slotOf('user'));
  });
});
