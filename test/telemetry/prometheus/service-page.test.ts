import { expect } from 'chai';
import { loadConfig } from '../../../src/config/load-config.js';
import { ServicePage } from '../../../src/telemetry/prometheus/service-page.js';
import { WorkerTotals } from '../../../src/telemetry/prometheus/worker-totals.js';
import { WorkerPool } from '../../../src/workers/worker-pool.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { type FakeWorker, FakeWorkers } from '../../workers/fake-workers.js';
import { samples } from './samples.js';

describe('/metrics of a service of workers', () => {
  let page: ServicePage;
  let worker: FakeWorker;

  beforeEach(() => {
    const workers = new FakeWorkers();
    const totals = new WorkerTotals();
    const config = loadConfig({}, {});
    const pool = new WorkerPool(1, config, workers, new FakeClock(), new RecordingLog(), totals);
    page = new ServicePage(pool, totals);
    void pool.start();
    worker = workers.nth(0);
    worker.says({ kind: 'ready', port: 7_000 });
  });

  const answer = (value: number): void =>
    worker.answers([
      {
        name: 'things_total',
        help: 'Things.',
        type: 'counter',
        aggregator: 'sum',
        values: [{ value, labels: {} }],
      },
    ]);
  const questions = (): number => worker.told.filter(({ kind }) => kind === 'ask').length;

  it('is what the workers answer at that moment', async () => {
    for (const things of [3, 5]) {
      const shown = samples(page);
      answer(things);
      expect((await shown).get('things_total')).to.equal(things);
    }
  });

  it('asks once for all who want it at the same time', async () => {
    const pages = [page.render(), page.render()];
    answer(3);
    const [one, other] = await Promise.all(pages);
    expect(one).to.equal(other).and.include('things_total 3');
    expect(questions()).to.equal(1);
  });

  it('shows what was known of a worker that ends instead of answering', async () => {
    const first = page.render();
    answer(3);
    await first;
    const second = samples(page);
    worker.ends({ signal: 'SIGKILL' });
    expect((await second).get('things_total')).to.equal(3);
  });
});
