import { expect } from 'chai';
import { MemorySessionRecords } from '../../../src/locks/memory/memory-session-records.js';
import type { SessionId } from '../../../src/locks/model.js';
import {
  describeSessionRecords,
  type SessionRecordsFixture,
} from '../../contract/session-records.contract.js';
import { describeSessionRecordsOwners } from '../../contract/session-records-owners.contract.js';
import { FakeClock } from '../../support/fake-clock.js';

const STEP_MS = 50;

const start = async (): Promise<SessionRecordsFixture> => {
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
};

describeSessionRecords('MemorySessionRecords', start);
describeSessionRecordsOwners('MemorySessionRecords', start);

describe('The memory that session records take', () => {
  const KEEP_MS = 1_000;

  it('is given back by those that are forgotten, though an older one is kept', async () => {
    const clock = new FakeClock();
    const records = new MemorySessionRecords(clock);
    const open = async (name: string): Promise<void> => {
      const session = name as SessionId;
      await records.open({ session, secretHash: 'hash', keepMs: KEEP_MS }, 1, []);
    };
    const kept = { session: 'kept' as SessionId, generation: 1 };
    await open('kept');
    for (let i = 0; i < 100; i++) {
      await open(`left ${i}`);
      await clock.advance(KEEP_MS / 2);
      expect(await records.touch([kept], KEEP_MS)).to.deep.equal(['owned']);
    }
    expect(records.size).to.be.at.most(4);
  });
});
