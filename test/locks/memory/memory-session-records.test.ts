import { MemorySessionRecords } from '../../../src/locks/memory/memory-session-records.js';
import { describeSessionRecords } from '../../contract/session-records.contract.js';
import { FakeClock } from '../../support/fake-clock.js';

const STEP_MS = 50;

describeSessionRecords('MemorySessionRecords', async () => {
  const clock = new FakeClock();
  const records = new MemorySessionRecords(clock);
  return {
    here: records,
    there: records,
    untilTrue: async (condition) => {
      while (!(await condition())) await clock.advance(STEP_MS);
    },
    close: () => Promise.resolve(),
  };
});
