import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import type { GrantId } from '../../../src/locks/model.js';
import { Cancellations } from '../../../src/locks/redis/cancellations.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

describe('Cancellations', () => {
  let clock: FakeClock;
  let log: RecordingLog;
  let away: boolean;
  let asked: string[];
  let cancellations: Cancellations;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordingLog();
    away = false;
    asked = [];
    cancellations = new Cancellations(
      async (name, grantId) => {
        asked.push(`${name} ${grantId}`);
        if (away) throw new LockTableUnavailable('away', true);
      },
      clock,
      log,
    );
  });

  afterEach(() => {
    cancellations.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('cancels at once where it can', async () => {
    cancellations.add('a', '1' as GrantId);
    await settle();
    expect(asked).to.deep.equal(['a 1']);
    expect(cancellations.size).to.equal(0);
  });

  it('goes on trying until it is confirmed', async () => {
    away = true;
    cancellations.add('a', '1' as GrantId);
    await settle();
    await clock.advance(2_500);
    expect(asked).to.deep.equal(['a 1', 'a 1', 'a 1']);
    away = false;
    await clock.advance(1_000);
    expect(asked).to.have.length(4);
    expect(cancellations.size).to.equal(0);
    await clock.advance(10_000);
    expect(asked).to.have.length(4);
  });

  it('remembers no more than its limit, and drops the oldest', async () => {
    away = true;
    for (let index = 0; index <= 10_000; index++) cancellations.add('a', `${index}` as GrantId);
    await settle();
    expect(cancellations.size).to.equal(10_000);
    expect(log.lines.map(({ event }) => event)).to.deep.equal(['lock.cancel-dropped']);
    away = false;
    asked.length = 0;
    await cancellations.flush();
    expect(asked).to.include('a 10000').and.not.include('a 0');
    expect(cancellations.size).to.equal(0);
  });
});
