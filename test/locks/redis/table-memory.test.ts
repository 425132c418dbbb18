import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import { TableMemory } from '../../../src/locks/redis/table-memory.js';
import { settle } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

describe('TableMemory', () => {
  let epoch: string;
  let recover: () => Promise<void>;
  let recovered: number;
  let memory: TableMemory;
  let log: RecordingLog;

  beforeEach(() => {
    epoch = 'first';
    recovered = 0;
    recover = async () => {
      recovered += 1;
    };
    log = new RecordingLog();
    memory = new TableMemory(
      async () => epoch,
      () => recover(),
      log,
    );
  });

  it('does nothing while the table remembers', async () => {
    await memory.check();
    await memory.check();
    expect(recovered).to.equal(0);
    expect(log.lines).to.deep.equal([]);
  });

  it('tells the table anew, once for each loss', async () => {
    await memory.check();
    epoch = 'second';
    await memory.check();
    await memory.check();
    expect(recovered).to.equal(1);
    expect(memory.recoveries).to.equal(1);
  });

  it('lets everybody wait who asks meanwhile', async () => {
    await memory.check();
    epoch = 'second';
    const telling = Promise.withResolvers<void>();
    recover = () => {
      recovered += 1;
      return telling.promise;
    };
    let done = 0;
    const checks = [memory.check(), memory.check()].map((check) => check.then(() => done++));
    await settle();
    expect(done).to.equal(0);
    telling.resolve();
    await Promise.all(checks);
    expect(recovered).to.equal(1);
  });

  it('tries again where telling failed', async () => {
    await memory.check();
    epoch = 'second';
    const tell = recover;
    recover = () => Promise.reject(new LockTableUnavailable('gone again', true));
    const failure = await memory.check().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(LockTableUnavailable);
    expect(memory.recoveries).to.equal(0);
    recover = tell;
    await memory.check();
    expect(recovered).to.equal(1);
  });
});
