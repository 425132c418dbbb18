import { expect } from 'chai';
import { AppState } from '../../src/composition/app-state.js';
import { PoolReadiness } from '../../src/composition/pool-readiness.js';
import { loadConfig } from '../../src/config/load-config.js';
import { ANSWER_WITHIN_MS } from '../../src/workers/worker.js';
import { WorkerPool } from '../../src/workers/worker-pool.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordingLog } from '../support/recording-log.js';
import { FakeWorkers, RecordingPoolObserver } from '../workers/fake-workers.js';

describe('A service of workers', () => {
  let workers: FakeWorkers;
  let clock: FakeClock;
  let state: AppState;
  let readiness: PoolReadiness;

  beforeEach(() => {
    workers = new FakeWorkers();
    clock = new FakeClock();
    state = new AppState();
    const pool = new WorkerPool(
      2,
      loadConfig({}, {}),
      workers,
      clock,
      new RecordingLog(),
      new RecordingPoolObserver(),
    );
    readiness = new PoolReadiness(state, pool);
    void pool.start().then(() => state.ready());
  });

  const becomeReady = (): void => {
    for (const nth of [0, 1]) workers.nth(nth).says({ kind: 'ready', port: 7_000 });
    state.ready();
  };

  /** Lets each that is asked answer so; undefined: not at all. */
  async function told(
    answers: readonly (readonly string[] | undefined)[],
  ): Promise<readonly string[]> {
    const problems = readiness.problems();
    for (const [nth, answer] of answers.entries()) {
      const worker = workers.nth(nth);
      const question = worker.told.at(-1);
      if (question?.kind !== 'ask') throw new Error(`worker ${nth} was not asked`);
      if (answer === undefined) continue;
      worker.says({ kind: 'answer', question: 'problems', id: question.id, answer });
    }
    if (!answers.some((answer) => answer?.length === 0)) await clock.advance(ANSWER_WITHIN_MS);
    return await problems;
  }

  it('is not ready before all of them are', async () => {
    expect(await readiness.problems()).to.deep.equal(['starting: 0 of 2 workers are ready']);
    workers.nth(1).says({ kind: 'ready', port: 7_000 });
    expect(await readiness.problems()).to.deep.equal(['starting: 1 of 2 workers are ready']);
  });

  it('is ready when all are', async () => {
    becomeReady();
    expect(await told([[], []])).to.deep.equal([]);
  });

  it('stays so while one of them can be sent clients, and waits for no other', async () => {
    becomeReady();
    expect(await told([undefined, []])).to.deep.equal([]);
    expect(await told([['draining'], []])).to.deep.equal([]);
  });

  it('says what is wrong where none of them can, each thing once', async () => {
    becomeReady();
    const problem = 'FILES_ROOT is read-only';
    expect(await told([[problem], [problem]])).to.deep.equal([problem]);
    expect(await told([[problem], undefined])).to.deep.equal([problem, 'a worker does not answer']);
  });

  it('is not while there is none', async () => {
    becomeReady();
    for (const nth of [0, 1]) workers.nth(nth).ends({ signal: 'SIGKILL' });
    expect(await readiness.problems()).to.deep.equal(['no worker is ready']);
  });

  it('is not once it is to stop', async () => {
    becomeReady();
    state.drain();
    expect(await readiness.problems()).to.deep.equal(['draining: 2 of 2 workers are ready']);
  });
});
