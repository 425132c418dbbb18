import { expect } from 'chai';
import { encodeHead, encodeRequest, encodeTail } from '../../../src/client/resp/encode.js';

describe('client/resp/encode', () => {
  it('counts bytes, not characters', () => {
    expect(encodeRequest(['GET', 'año']).toString()).to.equal('*2\r\n$3\r\nGET\r\n$4\r\naño\r\n');
  });

  it('sends numbers as text and bytes as they are', () => {
    const bytes = Buffer.of(0, 255, 13, 10);
    const wire = encodeRequest([7, bytes]);
    expect(wire).to.deep.equal(
      Buffer.concat([Buffer.from('*2\r\n$1\r\n7\r\n$4\r\n'), bytes, Buffer.from('\r\n')]),
    );
  });

  it('leaves room for a content in the middle', () => {
    const [head, tail] = [encodeHead(['PUT', 'x'], 3, 1), encodeTail(['KEEP'])];
    expect(Buffer.concat([head, Buffer.from('abc'), tail])).to.deep.equal(
      encodeRequest(['PUT', 'x', 'abc', 'KEEP']),
    );
  });
});
