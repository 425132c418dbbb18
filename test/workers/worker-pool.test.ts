import { expect } from 'chai';
import { loadConfig } from '../../src/config/load-config.js';
import { FIRST_DELAY_MS, STEADY_MS } from '../../src/workers/restart-delays.js';
import { ANSWER_WITHIN_MS } from '../../src/workers/worker.js';
import { WorkerPool, WorkersFailed } from '../../src/workers/worker-pool.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { RecordingLog } from '../support/recording-log.js';
import { rejection } from '../support/rejection.js';
import { FakeWorkers, RecordingPoolObserver } from './fake-workers.js';

const CONFIG = loadConfig({}, {});

describe('WorkerPool', () => {
  let workers: FakeWorkers;
  let clock: FakeClock;
  let log: RecordingLog;
  let observer: RecordingPoolObserver;
  let pool: WorkerPool;
  let started: Promise<number>;

  beforeEach(() => {
    workers = new FakeWorkers();
    clock = new FakeClock();
    log = new RecordingLog();
    observer = new RecordingPoolObserver();
    pool = new WorkerPool(2, CONFIG, workers, clock, log, observer);
    started = pool.start();
  });

  const ready = (...which: number[]): void => {
    for (const nth of which) workers.nth(nth).says({ kind: 'ready', port: 7_000 });
  };
  const numbers = (): unknown[] =>
    workers.started.map(({ told: [first] }) => first?.kind === 'begin' && first.number);
  const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    void promise.then(note, note);
    await settle();
    return settled;
  };

  it('starts as many as were wished for, and tells each its number and all it has to know', () => {
    expect(workers.started.map(({ told }) => told)).to.deep.equal([
      [{ kind: 'begin', number: 1, config: CONFIG }],
      [{ kind: 'begin', number: 2, config: CONFIG }],
    ]);
  });

  it('has started when all are ready', async () => {
    ready(1);
    expect(await isSettled(started)).to.equal(false);
    expect(pool.readyCount).to.equal(1);
    ready(0);
    expect(await started).to.equal(7_000);
    expect(observer.readyNow).to.equal(2);
  });

  describe('when a worker ends by itself', () => {
    beforeEach(async () => {
      ready(0, 1);
      await started;
    });

    it('starts another at once, under its number', async () => {
      await clock.advance(STEADY_MS);
      workers.nth(1).ends({ signal: 'SIGKILL' });
      expect(numbers()).to.deep.equal([1, 2, 2]);
      expect([pool.readyCount, observer.readyNow]).to.deep.equal([1, 1]);
      ready(2);
      expect([pool.readyCount, observer.readyNow]).to.deep.equal([2, 2]);
      expect(observer.ends).to.deep.equal([{ worker: 2, asked: false }]);
    });

    it('says which, and how it ended', () => {
      workers.nth(0).ends({ code: 7 });
      workers.nth(1).ends({ code: 0 });
      const lines = log.lines.filter(({ event }) => event === 'worker.ended');
      expect(lines.map(({ level }) => level)).to.deep.equal(['error', 'warn']);
      expect(lines.slice(0, 1)).to.deep.equal([
        {
          level: 'error',
          event: 'worker.ended',
          fields: { worker: 1, pid: 1_000, end: 'exit code 7', afterMs: 0 },
        },
      ]);
    });

    it('waits before it starts one more of a row that end early, longer each time', async () => {
      workers.nth(0).ends({ code: 1 });
      workers.nth(2).ends({ code: 1 });
      await clock.advance(FIRST_DELAY_MS - 1);
      expect(numbers()).to.deep.equal([1, 2, 1]);
      await clock.advance(1);
      expect(numbers()).to.deep.equal([1, 2, 1, 1]);
      workers.nth(3).ends({ code: 1 });
      await clock.advance(2 * FIRST_DELAY_MS - 1);
      expect(numbers()).to.have.length(4);
      await clock.advance(1);
      expect(numbers()).to.have.length(5);
    });

    it('goes on even if all do', async () => {
      workers.nth(0).ends({ signal: 'SIGKILL' });
      workers.nth(1).ends({ signal: 'SIGKILL' });
      expect(pool.readyCount).to.equal(0);
      ready(2, 3);
      expect(pool.readyCount).to.equal(2);
    });
  });

  describe('when workers fail to start', () => {
    it('gives up once every one has failed, with what the last of them said', async () => {
      const failed = rejection(started);
      workers.nth(0).says({ kind: 'failed', message: 'the port is taken' });
      workers.nth(0).ends({ code: 1 });
      expect(numbers()).to.deep.equal([1, 2, 1]);
      workers.nth(1).says({ kind: 'failed', message: 'the port is taken, too' });
      workers.nth(1).ends({ code: 1 });
      const error = await failed;
      expect(error).to.be.instanceOf(WorkersFailed);
      expect(String(error)).to.include('the port is taken, too');
      expect(workers.nth(2).killed).to.equal(true);
      await clock.advance(STEADY_MS);
      expect(numbers()).to.have.length(3);
    });

    it('names how they ended where they said nothing', async () => {
      const failed = rejection(started);
      workers.nth(0).ends({ signal: 'SIGKILL' });
      workers.nth(1).ends({ signal: 'SIGABRT' });
      expect(String(await failed)).to.include('SIGABRT');
    });

    it('does not give up where another one could', async () => {
      ready(0);
      workers.nth(1).ends({ code: 1 });
      expect(numbers()).to.deep.equal([1, 2, 2]);
      ready(2);
      expect(await started).to.equal(7_000);
    });
  });

  describe('when it is to stop', () => {
    it('tells all, and has stopped when they have ended', async () => {
      ready(0, 1);
      const stopped = pool.stop('SIGTERM');
      for (const { told } of workers.started) {
        expect(told.at(-1)).to.deep.equal({ kind: 'stop', reason: 'SIGTERM' });
      }
      workers.nth(0).ends({ code: 0 });
      expect(await isSettled(stopped)).to.equal(false);
      workers.nth(1).ends({ code: 0 });
      expect(await stopped).to.equal(true);
      await clock.advance(STEADY_MS);
      expect(numbers()).to.deep.equal([1, 2]);
      expect(observer.ends.map(({ asked }) => asked)).to.deep.equal([true, true]);
    });

    it('starts none that was about to follow another', async () => {
      ready(0, 1);
      workers.nth(0).ends({ code: 1 });
      workers.nth(2).ends({ code: 1 });
      const stopped = pool.stop('SIGTERM');
      workers.nth(1).ends({ code: 0 });
      expect(await stopped).to.equal(true);
      await clock.advance(STEADY_MS);
      expect(numbers()).to.have.length(3);
      expect(clock.pendingTimers).to.equal(0);
    });

    for (const end of [{ code: 1 }, { signal: 'SIGKILL' }]) {
      it(`knows of one that did not end in order: ${JSON.stringify(end)}`, async () => {
        ready(0, 1);
        const stopped = pool.stop('SIGTERM');
        workers.nth(0).ends({ code: 0 });
        workers.nth(1).ends(end);
        expect(await stopped).to.equal(false);
      });
    }

    it('passes on that a client asked for it', async () => {
      ready(0, 1);
      workers.nth(1).says({ kind: 'stop-requested', reason: 'BYE' });
      expect(await pool.stopRequested).to.equal('BYE');
    });

    it('can end them at once', () => {
      ready(0, 1);
      pool.kill();
      expect(workers.started.map(({ killed }) => killed)).to.deep.equal([true, true]);
      workers.nth(0).ends({ signal: 'SIGKILL' });
      expect(numbers()).to.have.length(2);
    });
  });

  describe('asking', () => {
    const metrics = (value: number) => [
      { name: 'a', help: '', type: 'gauge', aggregator: 'sum', values: [{ value, labels: {} }] },
    ];

    it('asks those that are ready, and tells the observer whose answer is whose', async () => {
      ready(0);
      const answers = Promise.all(pool.ask('metrics'));
      workers.nth(0).answers(metrics(7));
      expect(await answers).to.deep.equal([metrics(7)]);
      expect(observer.metrics).to.deep.equal([[1, metrics(7)]]);
      expect(workers.nth(1).told).to.have.length(1);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('waits only for so long', async () => {
      ready(0, 1);
      const answers = Promise.all(pool.ask('metrics'));
      workers.nth(1).answers(metrics(7));
      await clock.advance(ANSWER_WITHIN_MS);
      expect(await answers).to.deep.equal([undefined, metrics(7)]);
    });

    it('waits for none that has ended', async () => {
      ready(0, 1);
      const answers = Promise.all(pool.ask('problems'));
      for (const nth of [0, 1]) workers.nth(nth).ends({ signal: 'SIGKILL' });
      expect(await answers).to.deep.equal([undefined, undefined]);
    });
  });
});
