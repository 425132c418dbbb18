import { expect } from 'chai';
import { QUEUED_READ_COST_BYTES } from '../../../src/dialects/text/limits.js';
import { ReadQueue } from '../../../src/dialects/text/read-queue.js';

const queueOf = (...reads: string[]): ReadQueue => {
  const queue = new ReadQueue();
  for (const [at, read] of reads.entries()) queue.push(Buffer.from(read), at);
  return queue;
};

describe('The queue of reads', () => {
  it('gives bytes of one read at a time, with their time', () => {
    const queue = queueOf('abc', 'de');
    expect(String(queue.take(2, false)?.bytes)).to.equal('ab');
    expect(queue.take(5, false)).to.deep.include({ bytes: Buffer.from('c'), atMicros: 0 });
    expect(queue.take(5, false)).to.deep.include({ bytes: Buffer.from('de'), atMicros: 1 });
    expect(queue.take(5, false)).to.equal(undefined);
  });

  it('knows what stands behind a command of the same read', () => {
    const queue = queueOf('abc', 'de');
    queue.take(1, false);
    expect(queue.first?.behindCommand).to.equal(false);
    queue.take(1, true);
    expect(queue.first?.behindCommand).to.equal(true);
    queue.take(1, true);
    expect(queue.first?.behindCommand).to.equal(false);
  });

  it('ends a message with the last byte of what was there, not before', () => {
    const queue = queueOf('abc', 'de');
    queue.endLast();
    queue.push(Buffer.from('f'), 2);
    expect(queue.take(9, false)?.ended).to.equal(false);
    expect(queue.take(1, false)?.ended).to.equal(false);
    expect(queue.take(1, false)?.ended).to.equal(true);
    expect(queue.take(1, false)?.ended).to.equal(false);
  });

  it('joins two reads; the end is the second one’s', () => {
    const queue = queueOf('abc', 'de');
    queue.endLast();
    expect(queue.joinFirstTwo()).to.equal(true);
    expect(queue.first).to.deep.equal({
      bytes: Buffer.from('abcde'),
      atMicros: 1,
      ended: true,
      inPieces: true,
      behindCommand: false,
    });
    expect(queue.joinFirstTwo()).to.equal(false);
  });

  it('counts bytes, and what many small reads cost', () => {
    const queue = queueOf('abc', '', 'de');
    expect(queue.bytes).to.equal(5);
    expect(queue.cost).to.equal(5 + 2 * QUEUED_READ_COST_BYTES);
    queue.take(1, false);
    expect(queue.bytes).to.equal(4);
    queue.joinFirstTwo();
    expect(queue.cost).to.equal(4 + QUEUED_READ_COST_BYTES);
    queue.clear();
    expect(queue.cost).to.equal(0);
    expect(queue.first).to.equal(undefined);
  });
});
