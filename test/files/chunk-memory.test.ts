import { expect } from 'chai';
import {
  CHUNK_BYTES,
  DISK_CHUNK_BYTES,
  giveBack,
  takeChunk,
} from '../../src/files/chunk-memory.js';

describe('giveBack', () => {
  it('empties a chunk that has its memory to itself', () => {
    const chunk = Buffer.allocUnsafeSlow(64 * 1024);
    giveBack(chunk);
    expect(chunk).to.have.length(0);
  });

  it('leaves a part of something larger alone, which others may use', () => {
    const whole = Buffer.alloc(128 * 1024, 'x');
    for (const part of [whole.subarray(0, 64 * 1024), whole.subarray(64 * 1024)]) {
      giveBack(part);
      expect(part).to.have.length(64 * 1024);
    }
    expect(whole.every((byte) => byte === 'x'.charCodeAt(0))).to.equal(true);
  });

  it('does not care for small ones', () => {
    const chunk = Buffer.allocUnsafeSlow(100);
    giveBack(chunk);
    expect(chunk).to.have.length(100);
  });

  it('may be called again', () => {
    const chunk = Buffer.allocUnsafeSlow(64 * 1024);
    giveBack(chunk);
    giveBack(chunk);
    expect(chunk).to.have.length(0);
  });
});

for (const bytes of [CHUNK_BYTES, DISK_CHUNK_BYTES]) {
  describe(`takeChunk of ${bytes / 1024} KiB`, () => {
    const take = (): Buffer => takeChunk(bytes);

    it('uses the memory of a chunk that was given back, which nobody else sees any more', () => {
      const chunk = take().fill('x');
      giveBack(chunk);
      expect(chunk).to.have.length(0);
      const again = take();
      expect(again).to.have.length(bytes);
      expect(again.every((byte) => byte === 'x'.charCodeAt(0))).to.equal(true);
      giveBack(again);
    });

    it('never hands the same memory out twice', () => {
      const chunks = Array.from({ length: 20 }, take);
      expect(new Set(chunks.map(({ buffer }) => buffer)).size).to.equal(20);
      for (const chunk of chunks) giveBack(chunk);
      const again = Array.from({ length: 20 }, take);
      expect(new Set(again.map(({ buffer }) => buffer)).size).to.equal(20);
    });
  });
}
