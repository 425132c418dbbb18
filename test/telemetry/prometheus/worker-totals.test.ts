import { expect } from 'chai';
import { KnownCommands } from '../../../src/telemetry/prometheus/known-commands.js';
import { KnownScripts } from '../../../src/telemetry/prometheus/known-scripts.js';
import {
  METRICS,
  SERIES_NAMES,
  WORKER_METRICS,
} from '../../../src/telemetry/prometheus/metric-names.js';
import { MetricsRegistry } from '../../../src/telemetry/prometheus/metrics-registry.js';
import { PromCommandObserver } from '../../../src/telemetry/prometheus/prom-command-observer.js';
import { PromConnectionObserver } from '../../../src/telemetry/prometheus/prom-connection-observer.js';
import { PromFileObserver } from '../../../src/telemetry/prometheus/prom-file-observer.js';
import { PromLockObserver } from '../../../src/telemetry/prometheus/prom-lock-observer.js';
import { PromSubscriptionObserver } from '../../../src/telemetry/prometheus/prom-subscription-observer.js';
import { PromTableObserver } from '../../../src/telemetry/prometheus/prom-table-observer.js';
import { WorkerTotals } from '../../../src/telemetry/prometheus/worker-totals.js';
import { samples } from './samples.js';

/** One worker's metrics, and what they are made of. */
class Metered {
  readonly registry = new MetricsRegistry();
  readonly connections = new PromConnectionObserver(this.registry);
  readonly commands = new PromCommandObserver(this.registry, new KnownCommands(['GET']));
  readonly locks = new PromLockObserver(this.registry);
  readonly table = new PromTableObserver(this.registry, new KnownScripts(['acquire']));
}

describe('The metrics of a service of workers', () => {
  let totals: WorkerTotals;
  let one: Metered;
  let other: Metered;

  beforeEach(() => {
    totals = new WorkerTotals();
    [one, other] = [new Metered(), new Metered()];
  });

  const count = async (): Promise<void> => {
    totals.counted(1, await one.registry.snapshot());
    totals.counted(2, await other.registry.snapshot());
  };
  const value = async (series: string): Promise<number | undefined> =>
    (await samples(totals)).get(series);

  it('add up what was counted', async () => {
    one.commands.answered('GET', 'ok', 1);
    other.commands.answered('GET', 'ok', 1);
    other.commands.answered('GET', 'err', 1);
    await count();
    expect(await value('candado_commands_total{command="get",outcome="ok"}')).to.equal(2);
    expect(await value('candado_commands_total{command="get",outcome="err"}')).to.equal(1);
    expect(await value('candado_commands_total{command="get",outcome="busy"}')).to.equal(0);
  });

  it('add up histograms, bucket by bucket', async () => {
    one.commands.took('GET', 0.003, 1);
    other.commands.took('GET', 0.003, 2);
    other.commands.took('GET', 100, 1);
    await count();
    const name = 'candado_command_duration_seconds';
    const shown = await samples(totals);
    const bucket = (le: string): number | undefined =>
      shown.get(`${name}_bucket{command="get",le="${le}"}`) ??
      shown.get(`${name}_bucket{le="${le}",command="get"}`);
    expect(bucket('0.0025')).to.equal(0);
    expect(bucket('0.005')).to.equal(3);
    expect(bucket('+Inf')).to.equal(4);
    expect(shown.get(`${name}_count{command="get"}`)).to.equal(4);
    expect(shown.get(`${name}_sum{command="get"}`)).to.be.closeTo(100.009, 1e-9);
  });

  it('add up what there is now', async () => {
    one.connections.opened('resp');
    other.connections.opened('resp');
    other.locks.granted('shared', 0);
    await count();
    expect(await value('candado_connections_open{dialect="resp"}')).to.equal(2);
    expect(await value('candado_locks_held{mode="shared"}')).to.equal(1);
  });

  it('say that Redis is not reached where one worker does not reach it', async () => {
    one.table.reachable(true);
    other.table.reachable(false);
    await count();
    expect(await value('candado_redis_up')).to.equal(0);
    other.table.reachable(true);
    await count();
    expect(await value('candado_redis_up')).to.equal(1);
  });

  it('tell of the clock what all have measured, and the widest bound', async () => {
    expect(await value('candado_clock_offset_seconds')).to.equal(undefined);
    one.table.clockMeasured(0.25, 0.001);
    await count();
    expect(await value('candado_clock_offset_seconds')).to.equal(0.25);
    other.table.clockMeasured(0.75, 0.002);
    await count();
    expect(await value('candado_clock_offset_seconds')).to.equal(0.5);
    expect(await value('candado_clock_offset_bound_seconds')).to.equal(0.002);
  });

  it('say once which build runs, and of an event loop how the slowest does', async () => {
    for (const { registry } of [one, other]) registry.describeProcess('1.2.3');
    const metrics = await one.registry.snapshot();
    const lag = 'nodejs_eventloop_lag_p99_seconds';
    const withLag = (seconds: number) =>
      metrics.map((metric) =>
        metric.name === lag ? { ...metric, values: [{ value: seconds, labels: {} }] } : metric,
      );
    totals.counted(1, withLag(0.5));
    totals.counted(2, withLag(0.001));
    expect(await value('candado_build_info{version="1.2.3"}')).to.equal(1);
    expect(await value(lag)).to.equal(0.5);
  });

  it('know the costs of all processes, this one included', async () => {
    one.registry.describeProcess('1.2.3');
    const metrics = await one.registry.snapshot();
    const resident = 'process_resident_memory_bytes';
    const ofWorker = metrics.find(({ name }) => name === resident)?.values[0]?.value ?? Number.NaN;
    totals.counted(1, metrics);
    expect(await value(resident)).to.be.within(1.5 * ofWorker, 2.5 * ofWorker);
    const [start] = metrics.find(({ name }) => name === 'process_start_time_seconds')?.values ?? [];
    expect(await value('process_start_time_seconds')).to.be.closeTo(start?.value ?? 0, 2);
  });

  it('export exactly what a single process does, and how many workers there are', async () => {
    new PromFileObserver(one.registry);
    new PromSubscriptionObserver(one.registry);
    one.registry.describeProcess('1.2.3');
    one.table.clockMeasured(0, 0);
    totals.counted(1, await one.registry.snapshot());
    const page = await totals.render();
    const types = [...page.matchAll(/^# TYPE (candado_\w+) (\w+)$/gm)];
    expect(Object.fromEntries(types.map(([, name, type]) => [name, type]))).to.deep.equal({
      ...METRICS,
      ...WORKER_METRICS,
    });
    const series = [...(await samples(totals)).keys()].map((key) => key.replace(/\{.*/, ''));
    expect(new Set(series.filter((name) => name.startsWith('candado_')))).to.deep.equal(
      new Set([...SERIES_NAMES, ...Object.keys(WORKER_METRICS)]),
    );
    expect(totals.contentType).to.equal(one.registry.contentType);
  });

  describe('when a worker has ended', () => {
    beforeEach(async () => {
      one.commands.answered('GET', 'ok', 1);
      one.commands.took('GET', 0.003, 1);
      one.connections.opened('resp');
      await count();
    });

    it('keep what it had counted', async () => {
      totals.ended(1, false);
      expect(await value('candado_commands_total{command="get",outcome="ok"}')).to.equal(1);
      expect(await value('candado_command_duration_seconds_count{command="get"}')).to.equal(1);
      expect(await value('candado_connections_total{dialect="resp"}')).to.equal(1);
    });

    it('add to that what the next one counts, and the one after that', async () => {
      for (const ended of [1, 2, 3]) {
        totals.ended(ended, false);
        totals.counted(ended + 1, await one.registry.snapshot());
      }
      expect(await value('candado_commands_total{command="get",outcome="ok"}')).to.equal(4);
    });

    it('forget what was open at it', async () => {
      totals.ended(1, false);
      expect(await value('candado_connections_open{dialect="resp"}')).to.equal(0);
    });

    it('never fall, also where it ends while they are rendered', async () => {
      const rendering = totals.render();
      totals.ended(1, false);
      const counted = /^candado_commands_total\{command="get",outcome="ok"\} 1$/m;
      expect(await rendering).to.match(counted);
      expect(await totals.render()).to.match(counted);
    });

    it('count those that were not asked to', async () => {
      totals.ready(1);
      totals.ended(1, false);
      totals.ended(2, true);
      expect(await value('candado_workers_lost_total')).to.equal(1);
      expect(await value('candado_workers_ready')).to.equal(1);
    });
  });
});
