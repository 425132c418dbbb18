import { expect } from 'chai';
import { ClockComparison } from '../../../src/locks/redis/clock-comparison.js';
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

describe('ClockComparison', () => {
  it('takes the middle of question and answer, and half the time between as its bound', async () => {
    const clock = new FakeClock();
    const observer = new Measured();
    const begunMicros = clock.epochMicros();
    const comparison = new ClockComparison(
      async () => {
        await clock.advance(40);
        return begunMicros - 2_000_000; // read at the very end of the 40 ms: 2.04 s behind
      },
      clock,
      observer,
    );
    await comparison.measure();
    const [[offset, bound] = [0, 0]] = observer.all;
    expect(offset).to.be.closeTo(2.02, 1e-6);
    expect(bound).to.be.closeTo(0.02, 1e-6);
    expect(Math.abs(offset - 2.04)).to.be.at.most(bound + 1e-6);
  });
});
