import { expect } from 'chai';
import fc from 'fast-check';
import { FileStoreUnavailable } from '../../../src/files/errors.js';
import { inOrder, Keys, ordered } from '../../../src/files/s3/keys.js';
import { nameOf } from '../../contract/file-store.contract.js';

const text = fc.string({ unit: 'binary', maxLength: 20 });

describe('Keys of an S3 store', () => {
  it('are read back as the names they were made of', () => {
    fc.assert(fc.property(text, (name) => inOrder(ordered(name)) === name));
  });

  it('sort by their bytes as names do by their code units', () => {
    const edge = fc.constantFrom('', '~', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}');
    const name = fc.tuple(edge, text).map((parts) => parts.join(''));
    fc.assert(
      fc.property(name, name, (one, other) => {
        const byBytes = Buffer.compare(Buffer.from(ordered(one)), Buffer.from(ordered(other)));
        return Math.sign(byBytes) === (one < other ? -1 : Number(one > other));
      }),
    );
  });

  it('keep plain names readable', () => {
    expect(new Keys('p/').head(nameOf('dir/é ü.txt'))).to.equal('p/heads/dir/é ü.txt');
  });

  it('refuse a name that no key can hold, and say so', () => {
    const keys = new Keys(`${'p'.repeat(20)}/`);
    const longest = nameOf(Array.from({ length: 8 }, () => 'x'.repeat(120)).join('/'));
    expect(keys.head(longest)).to.have.length.below(1024);
    const tooLong = nameOf(Array.from({ length: 4 }, () => 'x'.repeat(255)).join('/'));
    expect(() => keys.head(tooLong)).to.throw(FileStoreUnavailable, 'choose a shorter one');
  });

  it('lie in folders of fixed length for contents, whatever the name', () => {
    const keys = new Keys('');
    const id = 'i' as Parameters<Keys['content']>[1];
    const long = nameOf(Array.from({ length: 4 }, () => 'x'.repeat(255)).join('/'));
    expect(keys.content(long, id)).to.have.length(keys.content(nameOf('a'), id).length);
    expect(keys.content(long, id)).not.to.equal(keys.content(nameOf('a'), id));
  });
});
