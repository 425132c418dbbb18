import { expect } from 'chai';
import { CommandTimes } from '../../src/net/command-times.js';
import { RecordingObserver } from '../commands/fakes.js';
import { FakeClock } from '../support/fake-clock.js';

describe('CommandTimes', () => {
  let clock: FakeClock;
  let observer: RecordingObserver;
  let times: CommandTimes;

  beforeEach(() => {
    clock = new FakeClock();
    observer = new RecordingObserver();
    times = new CommandTimes(clock, observer);
  });

  async function answer(name: string, ms: number): Promise<void> {
    times.next(name);
    await clock.advance(ms);
    times.answered({ name, args: [], receivedAt: 0 });
  }

  it('times a command until its reply is handed over', async () => {
    times.start(clock.monotonicMs());
    await answer('PING', 2);
    expect(observer.times).to.deep.equal([]);
    await clock.advance(1);
    times.handedOver();
    expect(observer.times).to.deep.equal([['PING', 0.003, 1]]);
  });

  it('gives equal ones in a row their mean', async () => {
    times.start(clock.monotonicMs());
    for (const ms of [1, 2, 6]) await answer('PING', ms);
    times.handedOver();
    expect(observer.times).to.deep.equal([['PING', 0.003, 3]]);
  });

  it('does not charge one command with the time of another', async () => {
    times.start(clock.monotonicMs());
    await answer('PING', 1);
    await answer('INFO', 50);
    await answer('PING', 2);
    times.handedOver();
    expect(observer.times).to.deep.equal([
      ['PING', 0.001, 1],
      ['INFO', 0.05, 1],
      ['PING', 0.002, 1],
    ]);
  });

  it('counts nothing twice', async () => {
    times.start(clock.monotonicMs());
    await answer('PING', 1);
    times.handedOver();
    await clock.advance(500);
    times.handedOver();
    times.start(clock.monotonicMs());
    await answer('PING', 2);
    times.handedOver();
    expect(observer.times).to.deep.equal([
      ['PING', 0.001, 1],
      ['PING', 0.002, 1],
    ]);
  });

  it('goes on from where it was if more comes before the replies are handed over', async () => {
    times.start(clock.monotonicMs());
    await answer('PING', 1);
    await clock.advance(1);
    times.start(clock.monotonicMs());
    await answer('PING', 2);
    times.handedOver();
    expect(observer.times).to.deep.equal([['PING', 0.002, 2]]);
  });

  it('times a command that waits from its own beginning', async () => {
    times.start(clock.monotonicMs());
    await answer('PING', 1);
    times.next('LOCK');
    const begunMs = times.waits();
    times.handedOver();
    await clock.advance(2_000);
    times.waited('LOCK', begunMs);
    await answer('PING', 4);
    times.handedOver();
    expect(observer.times).to.deep.equal([
      ['PING', 0.001, 1],
      ['LOCK', 2, 1],
      ['PING', 0.004, 1],
    ]);
  });

  it('does not charge one that waits with equal ones before it', async () => {
    times.start(clock.monotonicMs());
    await answer('LOCK', 3);
    times.next('LOCK');
    const begunMs = times.waits();
    await clock.advance(1_000);
    times.waited('LOCK', begunMs);
    expect(observer.times).to.deep.equal([
      ['LOCK', 0.003, 1],
      ['LOCK', 1, 1],
    ]);
  });

  it('counts as many as a command stands for', async () => {
    times.start(clock.monotonicMs());
    times.next('TIME');
    await clock.advance(8);
    times.answered({ name: 'TIME', args: [], receivedAt: clock.epochMicros() - 8_000, times: 4 });
    times.handedOver();
    expect(observer.times).to.deep.equal([
      ['TIME', 0.002, 4],
      ['TIME left', 0.008, 4],
    ]);
  });

  it('times TIME from its bytes being read, several together from those of the first', async () => {
    times.start(clock.monotonicMs());
    const receivedAt = clock.epochMicros();
    for (const later of [0, 400]) {
      times.next('TIME');
      times.answered({ name: 'TIME', args: [], receivedAt: receivedAt + later });
    }
    await clock.advance(2);
    times.handedOver();
    times.handedOver();
    expect(observer.times).to.deep.equal([
      ['TIME', 0.001, 2],
      ['TIME left', 0.002, 2],
    ]);
  });
});
