import { MemoryEventFeed } from '../../../src/events/memory-event-feed.js';
import { MemoryLockTable } from '../../../src/locks/memory/memory-lock-table.js';
import { PROVISIONAL_MS } from '../../../src/locks/model.js';
import { describeEveryLockTable } from '../../contract/every-lock-table.contract.js';
import type { LockTableFixture } from '../../contract/lock-table-rig.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

/** How far the clock is moved at once: finer than anything that a test waits for. */
const STEP_MS = 50;

/** Nothing that a test waits for lies further ahead. */
const MOST_STEPS = 1_000;

const start = async (): Promise<LockTableFixture> => {
  const clock = new FakeClock();
  const table = new MemoryLockTable(clock, new MemoryEventFeed());
  await table.open();

  const untilTrue = async (condition: () => Promise<boolean>): Promise<void> => {
    for (let steps = 0; !(await condition()); steps++) {
      if (steps === MOST_STEPS) throw new Error('the condition never came true');
      await clock.advance(steps === 0 ? 0 : STEP_MS);
    }
  };

  return {
    here: table,
    there: table,
    provisionalMs: PROVISIONAL_MS,
    untilTrue,
    until: async (outcome) => {
      let settled = false;
      const note = (): void => {
        settled = true;
      };
      outcome.then(note, note);
      await untilTrue(async () => settled);
      return await outcome;
    },
    arrived: settle,
    close: () => table.close(),
  };
};

describeEveryLockTable('MemoryLockTable', start);
