import { expect } from 'chai';
import { firstHead } from '../../../src/files/directory/head-name.js';
import { SwappedHeads } from '../../../src/files/directory/swapped-heads.js';
import type { FileName } from '../../../src/files/file-name.js';

const [A, B, C] = ['a', 'b', 'c'] as FileName[] as [FileName, FileName, FileName];

describe('SwappedHeads', () => {
  it('tell the last of each name, until it is dropped', () => {
    const heads = new SwappedHeads();
    const [first, second] = [firstHead(A), firstHead(A)];
    heads.add(first);
    heads.add(second);
    expect(heads.get(A)).to.equal(second);
    heads.drop(A);
    expect(heads.get(A)).to.equal(undefined);
  });

  it('forget the one swapped longest ago beyond their limit', () => {
    const heads = new SwappedHeads(2);
    const [a, b] = [firstHead(A), firstHead(B)];
    for (const head of [a, b, a, firstHead(C)]) heads.add(head);
    expect(heads.get(A)).to.equal(a);
    expect(heads.get(B)).to.equal(undefined);
  });
});
