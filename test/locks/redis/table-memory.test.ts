import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import { TableEpoch } from '../../../src/locks/redis/table-epoch.js';
import { SETTLING_MS, TableMemory } from '../../../src/locks/redis/table-memory.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

class FakeEpoch extends TableEpoch {
  value = 'first';
  told = 0;
  changed: () => void = () => undefined;

  override async read(): Promise<string> {
    return this.value;
  }

  override tellChanged(): void {
    this.told += 1;
  }

  override onChanged(listener: () => void): () => void {
    this.changed = listener;
    return () => {
      this.changed = () => undefined;
    };
  }
}

describe('TableMemory', () => {
  let clock: FakeClock;
  let epoch: FakeEpoch;
  let recover: () => Promise<void>;
  let recovered: number;
  let memory: TableMemory;
  let log: RecordingLog;

  beforeEach(() => {
    clock = new FakeClock();
    epoch = new FakeEpoch();
    recovered = 0;
    recover = async () => {
      recovered += 1;
    };
    log = new RecordingLog();
    memory = new TableMemory(epoch, clock, log);
    memory.onLost(() => recover());
    memory.open();
  });

  it('does nothing while the table remembers', async () => {
    await memory.check();
    await memory.check();
    expect(recovered).to.equal(0);
    expect(log.lines).to.deep.equal([]);
  });

  it('tells the table anew, once for each loss', async () => {
    await memory.check();
    epoch.value = 'second';
    await memory.check();
    await memory.check();
    expect(recovered).to.equal(1);
    expect(memory.recoveries).to.equal(1);
  });

  it('lets everybody wait who asks meanwhile', async () => {
    await memory.check();
    epoch.value = 'second';
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
    epoch.value = 'second';
    const tell = recover;
    recover = () => Promise.reject(new LockTableUnavailable('gone again', true));
    const failure = await memory.check().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(LockTableUnavailable);
    expect(memory.recoveries).to.equal(0);
    recover = tell;
    await memory.check();
    expect(recovered).to.equal(1);
  });

  it('lets the other replicas look at once, and looks when one of them found a loss', async () => {
    await memory.check();
    expect(epoch.told).to.equal(0);
    epoch.value = 'second';
    epoch.changed();
    await settle();
    expect(recovered).to.equal(1);
    expect(epoch.told).to.equal(1);
    memory.close();
    epoch.value = 'third';
    epoch.changed();
    await settle();
    expect(recovered).to.equal(1);
  });

  it('is in doubt for a while at first, after a loss, and after a lost connection', async () => {
    expect(memory.settled).to.equal(false);
    await memory.check();
    const settles = async (): Promise<void> => {
      expect(memory.settled).to.equal(false);
      await clock.advance(SETTLING_MS - 1);
      expect(memory.settled).to.equal(false);
      await clock.advance(1);
      expect(memory.settled).to.equal(true);
    };
    await settles();
    await memory.doubt();
    await settles();
    epoch.value = 'second';
    await memory.check();
    await settles();
    await memory.check();
    expect(memory.settled).to.equal(true);
  });

  it('asks for what may be lost after it was told what is lost', async () => {
    const asked: string[] = [];
    memory.onDoubt(async () => void asked.push('doubt'));
    recover = async () => void asked.push('lost');
    await memory.check();
    await memory.doubt();
    expect(asked).to.deep.equal(['doubt']);
    epoch.value = 'second';
    await memory.check();
    expect(asked).to.deep.equal(['doubt', 'lost', 'doubt']);
  });
});
