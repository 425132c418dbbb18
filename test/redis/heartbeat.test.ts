import { expect } from 'chai';
import { Heartbeat } from '../../src/redis/heartbeat.js';
import { FakeClock } from '../support/fake-clock.js';

describe('Heartbeat', () => {
  it('beats about every ten seconds until it is stopped', async () => {
    const clock = new FakeClock();
    let beats = 0;
    const heartbeat = new Heartbeat(clock, async () => {
      beats += 1;
    });
    heartbeat.start();
    await clock.advance(8_999);
    expect(beats).to.equal(0);
    await clock.advance(2_001);
    expect(beats).to.equal(1);
    await clock.advance(11_000);
    expect(beats).to.equal(2);
    heartbeat.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('does not go on where it was stopped in the middle of a beat', async () => {
    const clock = new FakeClock();
    const beating = Promise.withResolvers<void>();
    const heartbeat = new Heartbeat(clock, () => beating.promise);
    heartbeat.start();
    await clock.advance(11_000);
    heartbeat.stop();
    beating.resolve();
    await clock.advance(0);
    expect(clock.pendingTimers).to.equal(0);
  });
});
