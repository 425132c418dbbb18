import { expect } from 'chai';
import { measureAccuracy } from '../support/clock-accuracy.js';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { type RunningServer, startServer } from '../support/server-fixture.js';

/** Two processes on one host read one clock, so that the true offset is known: it is zero. */
describe('the offset between processes of one host', () => {
  let server: RunningServer;

  before(async () => {
    server = await startServer({});
  });

  after(async () => {
    await server.stop();
  });

  it('is within the bound it reports, in every run', async () => {
    const runs = 8;
    const accuracy = await measureAccuracy({ port: server.port, runs, exchanges: 300 });
    expect(accuracy.withinBound).to.equal(runs);
    for (const { estimate } of accuracy.runs) {
      expect(estimate.boundMicros).to.be.above(0);
      expect(estimate.steps).to.equal(0);
    }
  });

  for (const [name, delays] of [
    ['question', { there: 20, back: 0 }],
    ['answer', { there: 0, back: 20 }],
  ] as const) {
    it(`is within that bound, too, where each ${name} takes 20 ms longer`, async () => {
      await using proxy = await DelayingProxy.start(server.port, delays);
      const runs = 5;
      const accuracy = await measureAccuracy({ port: proxy.port, runs, exchanges: 15 });
      expect(accuracy.withinBound).to.equal(runs);
      for (const { estimate, leastRoundTripMicros } of accuracy.runs) {
        // Timers may be up to a millisecond early.
        expect(leastRoundTripMicros).to.be.above(19_000);
        // Half of the way is what nobody can know: neither more nor less is claimed.
        expect(estimate.boundMicros).to.be.above(9_000);
        expect(Math.sign(estimate.offsetMicros)).to.equal(delays.there > 0 ? 1 : -1);
      }
    });
  }
});
