export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Every metric of Candado's own; dashboards and alerts are checked against it. */
export const METRICS = {
  candado_build_info: 'gauge',
  candado_connections_open: 'gauge',
  candado_connections_total: 'counter',
  candado_connections_rejected_total: 'counter',
  candado_received_bytes_total: 'counter',
  candado_sent_bytes_total: 'counter',
  candado_commands_total: 'counter',
  candado_command_duration_seconds: 'histogram',
  candado_time_latency_seconds: 'histogram',
  candado_locks_held: 'gauge',
  candado_locks_waiting: 'gauge',
  candado_lock_grants_total: 'counter',
  candado_lock_denials_total: 'counter',
  candado_lock_releases_total: 'counter',
  candado_locks_expired_total: 'counter',
  candado_locks_broken_total: 'counter',
  candado_lock_wait_seconds: 'histogram',
  candado_lock_hold_seconds: 'histogram',
  candado_conflicts_total: 'counter',
  candado_publishes_total: 'counter',
  candado_view_repairs_total: 'counter',
  candado_subscriptions: 'gauge',
  candado_events_sent_total: 'counter',
  candado_subscribers_dropped_total: 'counter',
  candado_redis_up: 'gauge',
  candado_redis_command_duration_seconds: 'histogram',
  candado_redis_errors_total: 'counter',
  candado_redis_reconnects_total: 'counter',
  candado_clock_offset_seconds: 'gauge',
  candado_clock_offset_bound_seconds: 'gauge',
} as const satisfies Record<string, MetricType>;

export type MetricName = keyof typeof METRICS;

/** Those that a replica without Redis does not have. */
export const REDIS_METRICS: readonly MetricName[] = [
  'candado_redis_up',
  'candado_redis_command_duration_seconds',
  'candado_redis_errors_total',
  'candado_redis_reconnects_total',
  'candado_clock_offset_seconds',
  'candado_clock_offset_bound_seconds',
];

/** What a service of several workers exports besides, about them. */
export const WORKER_METRICS = {
  candado_workers_ready: 'gauge',
  candado_workers_lost_total: 'counter',
} as const satisfies Record<string, MetricType>;

export type WorkerMetric = keyof typeof WORKER_METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

/** The names a query can ask for: a histogram is three of them. */
export const SERIES_NAMES: readonly string[] = METRIC_NAMES.flatMap((name) =>
  METRICS[name] === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
);
