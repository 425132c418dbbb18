import { expect } from 'chai';
import { TimeStatistics } from '../../src/cli/time-statistics.js';
import { timeSample } from '../../src/client/time-exchange.js';

/** The server is `offset` ahead, and each way takes its own time. */
function sample(offset: number, there: number, back: number) {
  const sentAt = 1_000_000;
  const server = sentAt + there + offset;
  return timeSample(sentAt, server, server + 10, sentAt + there + 10 + back);
}

describe('cli/time-statistics', () => {
  it('has nothing to say about nothing', () => {
    expect(new TimeStatistics(1).summary()).to.equal(undefined);
  });

  it('takes the offset from the shortest round trip, and the mean from all', () => {
    const statistics = new TimeStatistics(3);
    statistics.add(sample(500, 10, 90));
    statistics.add(sample(500, 20, 20));
    statistics.add(sample(500, 80, 40));
    const summary = statistics.summary();
    expect(summary?.best).to.include({ offsetMicros: 500, boundMicros: 20, roundTripMicros: 40 });
    // Server time minus local time at the end of each way back.
    expect(summary?.meanDifferenceMicros).to.equal((410 + 480 + 460) / 3);
  });

  it('ranks round trips', () => {
    const statistics = new TimeStatistics(1000);
    for (let at = 100; at >= 1; at -= 1) statistics.add(sample(0, at, 0));
    const summary = statistics.summary();
    expect(summary?.count).to.equal(100);
    expect(summary?.roundTripMicros).to.deep.equal({ p50: 50, p90: 90, p99: 99, max: 100 });
  });

  it('does not trust an exchange during which a clock was set back', () => {
    const statistics = new TimeStatistics(2);
    statistics.add(sample(0, -5_000, 0));
    statistics.add(sample(0, 30, 30));
    expect(statistics.summary()?.best.roundTripMicros).to.equal(60);
  });
});
