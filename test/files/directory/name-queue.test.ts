import { expect } from 'chai';
import { NameQueue } from '../../../src/files/directory/name-queue.js';
import type { FileName } from '../../../src/files/file-name.js';
import { nameOf } from '../../contract/file-store.contract.js';

describe('NameQueue', () => {
  const [a, b, c] = [nameOf('a'), nameOf('b'), nameOf('c')];

  it('works one name at a time, and once for names that are added while they wait', async () => {
    const done: FileName[] = [];
    let atWork = 0;
    const queue = new NameQueue(10, async (name) => {
      expect(++atWork).to.equal(1);
      await Promise.resolve();
      atWork--;
      done.push(name);
    });
    for (const name of [a, b, a, b, a]) expect(queue.add(name)).to.equal(true);
    await queue.idle();
    expect(done).to.deep.equal([a, b]);
  });

  it('works again for a name that is added while it is worked on', async () => {
    const done: FileName[] = [];
    const queue: NameQueue = new NameQueue(10, async (name) => {
      if (done.push(name) === 1) queue.add(name);
    });
    queue.add(a);
    await queue.idle();
    expect(done).to.deep.equal([a, a]);
  });

  it('refuses what is too much, but not what waits already', async () => {
    const queue = new NameQueue(2, async () => undefined);
    expect([a, b, c, a].map((name) => queue.add(name))).to.deep.equal([true, true, false, true]);
    await queue.idle();
    expect(queue.add(c)).to.equal(true);
    await queue.idle();
  });

  it('is idle when nothing was ever added', async () => {
    await new NameQueue(1, async () => undefined).idle();
  });
});
