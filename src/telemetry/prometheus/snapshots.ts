import { AggregatorRegistry, type Registry } from 'prom-client';
import type { MetricSnapshot, MetricsSnapshot } from '../../workers/messages.js';
import { METRICS, type MetricName } from './metric-names.js';

type Gauges = {
  [Name in MetricName]: (typeof METRICS)[Name] extends 'gauge' ? Name : never;
}[MetricName];

type Aggregator = 'sum' | 'first' | 'average' | 'min' | 'max';

/**
 * How the gauges of several workers become those of their service. Workers share one clock, so the
 * mean of what they measured of it is off by no more than the widest of their bounds.
 */
const OWN_GAUGES: Readonly<Record<Gauges, Aggregator>> = {
  candado_build_info: 'first',
  candado_connections_open: 'sum',
  candado_locks_held: 'sum',
  candado_locks_waiting: 'sum',
  candado_subscriptions: 'sum',
  candado_redis_up: 'min',
  candado_clock_offset_seconds: 'average',
  candado_clock_offset_bound_seconds: 'max',
};

/** Where prom-client would hide the one process that is in trouble among those that are not. */
const PROCESS_GAUGES: Readonly<Record<string, Aggregator>> = {
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
  process_open_fds: 'max',
  process_max_fds: 'min',
  process_start_time_seconds: 'min',
};

const AGGREGATORS = new Map<string, Aggregator>(
  Object.entries({ ...OWN_GAUGES, ...PROCESS_GAUGES }),
);

/** What a registry would show now, as plain data that can be sent. */
export async function snapshotOf(registry: Registry): Promise<MetricsSnapshot> {
  const metrics = (await registry.getMetricsAsJSON()) as unknown as MetricsSnapshot;
  return metrics.map(({ name, help, type, aggregator, values }) => ({
    name,
    help,
    type,
    aggregator: AGGREGATORS.get(name) ?? aggregator,
    values: values.map(({ value, labels, metricName }) => ({
      value,
      labels,
      ...(metricName === undefined ? {} : { metricName }),
    })),
  }));
}

/** Those of several processes as if they were one. */
export function together(snapshots: Iterable<MetricsSnapshot>): Registry {
  return AggregatorRegistry.aggregate([...snapshots] as unknown as object[]);
}

/** What may never become less, though the process that counted it has ended. */
export function isCounted({ type }: MetricSnapshot): boolean {
  return type === 'counter' || type === 'histogram';
}
