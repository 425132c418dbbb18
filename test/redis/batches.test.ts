import { expect } from 'chai';
import { makeBatches, oneGroup } from '../../src/redis/batches.js';

const things = (...names: string[]) => names.map((name, index) => ({ name, index }));

describe('makeBatches', () => {
  const shape = (batches: ReturnType<typeof makeBatches<{ name: string; index: number }>>) =>
    batches.map((batch) => [...batch].map(([name, same]) => [name, same.map((s) => s.index)]));

  it('cuts to size', () => {
    const batches = makeBatches(things('a', 'b', 'c', 'd', 'e'), 2, oneGroup);
    expect(batches.map((batch) => [...batch.keys()])).to.deep.equal([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
    ]);
  });

  it('keeps what has the same name together, past the size', () => {
    expect(shape(makeBatches(things('a', 'b', 'a', 'c', 'a'), 2, oneGroup))).to.deep.equal([
      [['a', [0, 2, 4]]],
      [
        ['b', [1]],
        ['c', [3]],
      ],
    ]);
  });

  it('keeps groups apart', () => {
    const batches = makeBatches(things('a1', 'b1', 'a2', 'b2'), 10, (name) => name.slice(0, 1));
    expect(batches.map((batch) => [...batch.keys()])).to.deep.equal([
      ['a1', 'a2'],
      ['b1', 'b2'],
    ]);
  });

  it('makes none of nothing', () => {
    expect(makeBatches([], 2, oneGroup)).to.deep.equal([]);
  });
});
