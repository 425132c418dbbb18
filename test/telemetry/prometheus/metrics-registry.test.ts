import { expect } from 'chai';
import { KnownCommands } from '../../../src/telemetry/prometheus/known-commands.js';
import { KnownScripts } from '../../../src/telemetry/prometheus/known-scripts.js';
import {
  METRIC_NAMES,
  METRICS,
  REDIS_METRICS,
  SERIES_NAMES,
} from '../../../src/telemetry/prometheus/metric-names.js';
import { MetricsRegistry } from '../../../src/telemetry/prometheus/metrics-registry.js';
import { PromCommandObserver } from '../../../src/telemetry/prometheus/prom-command-observer.js';
import { PromConnectionObserver } from '../../../src/telemetry/prometheus/prom-connection-observer.js';
import { PromFileObserver } from '../../../src/telemetry/prometheus/prom-file-observer.js';
import { PromLockObserver } from '../../../src/telemetry/prometheus/prom-lock-observer.js';
import { PromSubscriptionObserver } from '../../../src/telemetry/prometheus/prom-subscription-observer.js';
import { PromTableObserver } from '../../../src/telemetry/prometheus/prom-table-observer.js';
import { samples } from './samples.js';

describe('MetricsRegistry', () => {
  let registry: MetricsRegistry;

  beforeEach(() => {
    registry = new MetricsRegistry();
    registry.describeProcess('1.2.3');
    new PromConnectionObserver(registry);
    new PromCommandObserver(registry, new KnownCommands(['TIME']));
    new PromLockObserver(registry);
    new PromFileObserver(registry);
    new PromSubscriptionObserver(registry);
  });

  const types = async (): Promise<Map<string, string>> => {
    const declared = (await registry.render()).matchAll(/^# TYPE (candado_\w+) (\w+)$/gm);
    return new Map([...declared].map(([, name = '', type = '']) => [name, type]));
  };

  it('exports exactly the metrics that are listed, each of the listed type', async () => {
    new PromTableObserver(registry, new KnownScripts(['acquire'])).clockMeasured(0, 0);
    expect(Object.fromEntries(await types())).to.deep.equal(METRICS);
    const series = [...(await samples(registry)).keys()].map((key) => key.replace(/\{.*/, ''));
    expect(new Set(series.filter((name) => name.startsWith('candado_')))).to.deep.equal(
      new Set(SERIES_NAMES),
    );
  });

  it('has no Redis metrics without Redis', async () => {
    expect([...(await types()).keys()]).to.have.members(
      METRIC_NAMES.filter((name) => !REDIS_METRICS.includes(name)),
    );
  });

  it('says which build runs, and how the process does', async () => {
    const all = await samples(registry);
    expect(all.get('candado_build_info{version="1.2.3"}')).to.equal(1);
    expect(all.get('process_resident_memory_bytes')).to.be.above(0);
    expect(all.has('nodejs_eventloop_lag_p99_seconds')).to.equal(true);
  });

  it('keeps to itself: two applications in a process do not meet', async () => {
    const other = new MetricsRegistry();
    new PromFileObserver(other).viewRepaired('found');
    const series = 'candado_view_repairs_total{result="found"}';
    expect((await samples(other)).get(series)).to.equal(1);
    expect((await samples(registry)).get(series)).to.equal(0);
  });
});
