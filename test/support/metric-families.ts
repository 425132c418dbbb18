/** Every metric family that a replica exports under its own prefix, with the labels of each. */
export const METRIC_FAMILIES: Readonly<Record<string, MetricFamily>> = {
  candado_build_info: { type: 'gauge', labels: ['version'] },
  candado_connections_open: { type: 'gauge', labels: ['dialect'] },
  candado_connections_total: { type: 'counter', labels: ['dialect'] },
  candado_connections_rejected_total: { type: 'counter', labels: ['reason'] },
  candado_commands_total: { type: 'counter', labels: ['command', 'outcome'] },
  candado_command_duration_seconds: { type: 'histogram', labels: ['command'] },
  candado_time_latency_seconds: { type: 'histogram', labels: [] },
  candado_locks_held: { type: 'gauge', labels: ['mode'] },
  candado_locks_waiting: { type: 'gauge', labels: [] },
  candado_lock_grants_total: { type: 'counter', labels: ['mode'] },
  candado_lock_denials_total: { type: 'counter', labels: ['reason'] },
  candado_lock_releases_total: { type: 'counter', labels: [] },
  candado_locks_expired_total: { type: 'counter', labels: [] },
  candado_locks_broken_total: { type: 'counter', labels: [] },
  candado_lock_wait_seconds: { type: 'histogram', labels: ['outcome'] },
  candado_lock_hold_seconds: { type: 'histogram', labels: [] },
  candado_conflicts_total: { type: 'counter', labels: ['kind'] },
  candado_publishes_total: { type: 'counter', labels: ['kind'] },
  candado_received_bytes_total: { type: 'counter', labels: ['dialect'] },
  candado_sent_bytes_total: { type: 'counter', labels: ['dialect'] },
  candado_redis_up: { type: 'gauge', labels: [] },
  candado_redis_command_duration_seconds: { type: 'histogram', labels: ['script'] },
  candado_redis_errors_total: { type: 'counter', labels: [] },
  candado_redis_reconnects_total: { type: 'counter', labels: [] },
  candado_clock_offset_seconds: { type: 'gauge', labels: [] },
  candado_clock_offset_bound_seconds: { type: 'gauge', labels: [] },
  candado_view_repairs_total: { type: 'counter', labels: ['result'] },
  candado_subscriptions: { type: 'gauge', labels: [] },
  candado_events_sent_total: { type: 'counter', labels: [] },
  candado_subscribers_dropped_total: { type: 'counter', labels: [] },
  candado_workers_ready: { type: 'gauge', labels: [] },
  candado_workers_lost_total: { type: 'counter', labels: [] },
};

export interface MetricFamily {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
}

/** The names under which a family's samples are queried: a histogram has three. */
export const sampleNames = (family: string, { type }: MetricFamily): string[] =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => family + end) : [family];
