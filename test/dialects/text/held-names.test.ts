import { expect } from 'chai';
import { HeldNames } from '../../../src/dialects/text/held-names.js';
import { MAX_HELD_NAMES } from '../../../src/dialects/text/limits.js';

const name = (text: string): Buffer => Buffer.from(text);

describe('Held names', () => {
  it('are in the order they were locked', () => {
    const held = new HeldNames();
    expect(held.none).to.equal(true);
    expect(held.last).to.equal(undefined);
    for (const each of ['a', 'b', 'c']) held.add(name(each));
    expect(held.last?.toString()).to.equal('c');
    held.remove(name('c'));
    held.add(name('a'));
    expect(held.last?.toString()).to.equal('a');
    held.remove(name('a'));
    expect(held.last?.toString()).to.equal('b');
    held.remove(name('b'));
    expect(held.none).to.equal(true);
  });

  it('count once however often they are locked', () => {
    const held = new HeldNames();
    for (let count = 0; count <= MAX_HELD_NAMES; count++) held.add(name('again'));
    expect(held.tooManyWith(name('another'))).to.equal(false);
    held.remove(name('again'));
    expect(held.none).to.equal(true);
  });

  it('are told apart and given back byte by byte', () => {
    const held = new HeldNames();
    held.add(name('ñ'));
    held.add(Buffer.from([0xff]));
    expect(held.last).to.deep.equal(Buffer.from([0xff]));
    held.remove(Buffer.from([0xff]));
    expect(held.last).to.deep.equal(name('ñ'));
  });

  it(`are at most ${MAX_HELD_NAMES}; one of them may be locked again`, () => {
    const held = new HeldNames();
    for (let count = 0; count < MAX_HELD_NAMES; count++) {
      expect(held.tooManyWith(name(`file ${count}`))).to.equal(false);
      held.add(name(`file ${count}`));
    }
    expect(held.tooManyWith(name('one more'))).to.equal(true);
    expect(held.tooManyWith(name('file 0'))).to.equal(false);
  });
});
