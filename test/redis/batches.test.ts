import { expect } from 'chai';
import { makeBatches, oneGroup, runBatches } from '../../src/redis/batches.js';

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

describe('runBatches', () => {
  const batches = (...sizes: number[]) =>
    sizes.map((size, index) => new Map([[`${index}`, Array.from({ length: size }, () => index)]]));

  it('has no more things under way than it may, but a batch at least', async () => {
    let underWay = 0;
    const most: number[] = [];
    await runBatches(batches(3, 3, 9, 1, 1, 1), 6, async (batch) => {
      const size = [...batch.values()].flat().length;
      underWay += size;
      most.push(underWay);
      await Promise.resolve();
      underWay -= size;
    });
    expect(most).to.deep.equal([3, 6, 9, 1, 2, 3]);
  });

  it('runs all, also after one that failed, and tells of the first failure', async () => {
    const run: string[] = [];
    const outcome = await runBatches(batches(1, 1, 1), 1, async (batch) => {
      const [name = ''] = batch.keys();
      run.push(name);
      if (name !== '2') throw new Error(`failed ${name}`);
    }).catch((error: Error) => error.message);
    expect(run).to.deep.equal(['0', '1', '2']);
    expect(outcome).to.equal('failed 0');
  });
});
