import { expect } from 'chai';
import { KeptBytes } from '../../../src/dialects/text/kept-bytes.js';

describe('Kept bytes', () => {
  it('are whole, in any pieces', () => {
    const kept = new KeptBytes(100_000);
    let expected = '';
    for (let piece = 0; piece < 3_000; piece++) {
      const text = String(piece).repeat(1 + (piece % 5));
      kept.append(Buffer.from(text));
      expected += text;
    }
    expect(kept.bytes.toString()).to.equal(expected);
    expect(kept.overflowed).to.equal(false);
  });

  it('may be as many as the limit', () => {
    const kept = new KeptBytes(10);
    kept.append(Buffer.from('12345'));
    kept.append(Buffer.from('67890'));
    expect(kept.bytes.toString()).to.equal('1234567890');
    expect(kept.overflowed).to.equal(false);
  });

  it('are dropped over the limit, with all that follows', () => {
    const kept = new KeptBytes(10);
    kept.append(Buffer.from('1234567890'));
    kept.append(Buffer.from('1'));
    expect(kept.overflowed).to.equal(true);
    expect(kept.bytes).to.have.length(0);
    kept.append(Buffer.from('x'));
    expect(kept.bytes).to.have.length(0);
  });

  it('do not take more memory than the limit, and little for few', () => {
    const kept = new KeptBytes(50_000);
    kept.append(Buffer.from('x'));
    expect(kept.bytes.buffer.byteLength).to.be.at.most(8_192);
    for (let bytes = 1; bytes < 40_000; bytes++) kept.append(Buffer.from('x'));
    expect(kept.bytes.buffer.byteLength).to.be.at.most(50_000);
  });
});
