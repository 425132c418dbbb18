import { expect } from 'chai';
import { PacedNames } from '../../../src/files/directory/paced-names.js';
import type { FileName } from '../../../src/files/file-name.js';
import { nameOf } from '../../contract/file-store.contract.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

describe('PacedNames', () => {
  const PACE_MS = 1_000;
  const [a, b, c] = [nameOf('a'), nameOf('b'), nameOf('c')];
  let clock: FakeClock;
  let done: string[];

  beforeEach(() => {
    clock = new FakeClock();
    done = [];
  });

  function paced(limit = 10, work?: (name: FileName) => Promise<void>): PacedNames {
    return new PacedNames(limit, PACE_MS, clock, async (name) => {
      await work?.(name);
      done.push(`${name} ${clock.monotonicMs() - 1_000}`);
    });
  }

  it('begins at once, then once for all that were added within the pace', async () => {
    const names = paced();
    names.add(a);
    await settle();
    expect(done).to.deep.equal(['a 0']);
    for (let at = 0; at < 5; at++) {
      names.add(a);
      await clock.advance(100);
    }
    expect(done).to.deep.equal(['a 0']);
    await clock.advance(500);
    expect(done).to.deep.equal(['a 0', 'a 1000']);
    await clock.advance(10 * PACE_MS);
    expect(done).to.deep.equal(['a 0', 'a 1000']);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('keeps the pace while a name is added all the time, and begins at once after a rest', async () => {
    const names = paced();
    for (let at = 0; at < 50; at++) {
      names.add(a);
      await settle();
      await clock.advance(100);
    }
    expect(done).to.deep.equal(['a 0', 'a 1000', 'a 2000', 'a 3000', 'a 4000', 'a 5000']);
    await clock.advance(PACE_MS);
    names.add(a);
    await settle();
    expect(done.at(-1)).to.equal('a 6000');
  });

  it('holds no name up for another', async () => {
    const names = paced();
    for (const name of [a, b]) {
      names.add(name);
      await settle();
      await clock.advance(300);
    }
    names.add(b);
    names.add(a);
    names.add(c);
    await settle();
    expect(done).to.deep.equal(['a 0', 'b 300', 'c 600']);
    await clock.advance(PACE_MS);
    expect(done.slice(3)).to.deep.equal(['a 1000', 'b 1300']);
  });

  it('counts the pace from the end of the work', async () => {
    const work = Promise.withResolvers<void>();
    const names = paced(10, () => work.promise);
    names.add(a);
    await clock.advance(5_000);
    names.add(a);
    work.resolve();
    await settle();
    expect(done).to.deep.equal(['a 5000']);
    await clock.advance(PACE_MS - 1);
    expect(done).to.deep.equal(['a 5000']);
    await clock.advance(1);
    expect(done).to.deep.equal(['a 5000', 'a 6000']);
  });

  it('is flushed without waiting for the pace, and leaves no timer', async () => {
    const names = paced();
    for (const name of [a, b]) names.add(name);
    await settle();
    for (const name of [a, a]) names.add(name);
    await names.flush();
    expect(done).to.deep.equal(['a 0', 'b 0', 'a 0']);
    expect(clock.pendingTimers).to.equal(0);
    names.add(a);
    await names.flush();
    expect(done).to.have.length(4);
    await names.flush();
    expect(done).to.have.length(4);
  });

  it('is flushed of what was added while it was at work on it', async () => {
    const work = Promise.withResolvers<void>();
    const names = paced(10, () => work.promise);
    names.add(a);
    await settle();
    names.add(a);
    const flushed = names.flush();
    work.resolve();
    await flushed;
    expect(done).to.deep.equal(['a 0', 'a 0']);
  });

  it('refuses what is too much, and holds no more to the pace than it has room for', async () => {
    const names = paced(2);
    expect([a, b, c, a].map((name) => names.add(name))).to.deep.equal([true, true, false, true]);
    await settle();
    names.add(c);
    await settle();
    names.add(c);
    await settle();
    expect(done).to.deep.equal(['a 0', 'b 0', 'c 0', 'c 0']);
    await clock.advance(PACE_MS);
    expect(done.slice(4)).to.deep.equal(['a 1000']);
    await names.flush();
  });
});
