import { expect } from 'chai';
import { TimeStatistics } from '../../../src/cli/time/time-statistics.js';
import { timeSample } from '../../../src/client/time-exchange.js';

/** The server is `offset` ahead, and each way takes its own time. */
function sample(offset: number, there: number, back: number) {
  const sentAt = 1_000_000;
  const server = sentAt + there + offset;
  return timeSample(sentAt, server, server + 10, sentAt + there + 10 + back);
}

describe('cli/time-statistics', () => {
  it('has nothing to say about nothing', () => {
    expect(new TimeStatistics().summary()).to.equal(undefined);
  });

  it('takes the offset from the shortest ways, and the mean from all', () => {
    const statistics = new TimeStatistics();
    statistics.add(sample(500, 10, 90));
    statistics.add(sample(500, 20, 20));
    statistics.add(sample(500, 80, 40));
    const summary = statistics.summary();
    // At most 10 µs there, at least 20 µs back, and what whole microseconds do not tell.
    expect(summary?.estimate.offsetMicros).to.be.within(500 - 21, 500 + 11);
    expect(summary?.estimate.boundMicros).to.be.below(22);
    expect(summary?.serverTimeMicros).to.equal(1_000_000 + 80 + 500 + 10);
    // Server time minus local time at the end of each way back.
    expect(summary?.meanDifferenceMicros).to.equal((410 + 480 + 460) / 3);
  });

  it('ranks round trips', () => {
    const statistics = new TimeStatistics();
    for (let at = 100; at >= 1; at -= 1) statistics.add(sample(0, at, 0));
    const summary = statistics.summary();
    expect(summary?.count).to.equal(100);
    expect(summary?.roundTripMicros).to.deep.equal({
      min: 1,
      p50: 50,
      p90: 90,
      p99: 99,
      max: 100,
    });
  });

  it('does not trust an exchange during which a clock was set back', () => {
    const statistics = new TimeStatistics();
    statistics.add(sample(0, 30, 30));
    statistics.add(sample(0, -5_000, 0));
    const estimate = statistics.summary()?.estimate;
    expect(estimate?.offsetMicros).to.be.closeTo(0, 1);
    expect(estimate?.boundMicros).to.be.closeTo(31, 1);
    expect(estimate?.steps).to.equal(0);
  });
});
