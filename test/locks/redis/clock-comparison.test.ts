import { expect } from 'chai';
import { ClockComparison, EXCHANGES } from '../../../src/locks/redis/clock-comparison.js';
import { TableObserver } from '../../../src/locks/table-observer.js';
import { FakeClock } from '../../support/fake-clock.js';

class Measured extends TableObserver {
  readonly all: [number, number][] = [];
  override reachable(): void {}
  override reconnected(): void {}
  override scriptRan(): void {}
  override clockMeasured(offsetSeconds: number, boundSeconds: number): void {
    this.all.push([offsetSeconds, boundSeconds]);
  }
}

/** What is measured where Redis's clock is 2 s behind, and read at the very end of each way. */
async function measured(waysMs: readonly number[]): Promise<Measured> {
  const clock = new FakeClock();
  const observer = new Measured();
  const left = [...waysMs];
  const comparison = new ClockComparison(
    async () => {
      await clock.advance(left.shift() ?? Number.NaN);
      return clock.epochMicros() - 2_000_000;
    },
    clock,
    observer,
  );
  await comparison.measure();
  expect(left).to.deep.equal([]);
  return observer;
}

describe('ClockComparison', () => {
  it('takes the middle of question and answer, and half the time between as its bound', async () => {
    const { all } = await measured(Array.from({ length: EXCHANGES }, () => 40));
    const [[offset, bound] = [0, 0]] = all;
    expect(offset).to.be.closeTo(1.98, 1e-6);
    expect(bound).to.be.within(0.02, 0.020_002);
    expect(Math.abs(offset - 2)).to.be.at.most(bound);
  });

  it('asks several times, and tells once, what the shortest way says', async () => {
    const waysMs = Array.from({ length: EXCHANGES }, (_, at) => (at === 5 ? 2 : 30 + at));
    const { all } = await measured(waysMs);
    expect(all).to.have.length(1);
    const [[offset, bound] = [0, 0]] = all;
    expect(offset).to.be.closeTo(1.999, 1e-6);
    expect(bound).to.be.within(0.001, 0.001_002);
  });
});
