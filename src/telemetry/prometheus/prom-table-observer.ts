import { injectable } from 'inversify';
import type { Gauge } from 'prom-client';
import { TableObserver } from '../../locks/table-observer.js';
import { REDIS_SECONDS } from './buckets.js';
import { histograms } from './children.js';
import { KnownScripts } from './known-scripts.js';
import { MetricsRegistry } from './metrics-registry.js';
import type { CounterSeries } from './tallied-counter.js';
import type { HistogramSeries } from './tallied-histogram.js';

/** Only made where there is a Redis: without, its metrics are absent instead of saying it is down. */
@injectable()
export class PromTableObserver extends TableObserver {
  readonly #up: Gauge;
  readonly #reconnects: CounterSeries;
  readonly #errors: CounterSeries;
  readonly #scripts: ReadonlyMap<string, HistogramSeries<'script'>>;
  readonly #unknownScript: HistogramSeries<'script'>;
  readonly #offset: Gauge;
  readonly #offsetBound: Gauge;

  constructor(registry: MetricsRegistry, scripts: KnownScripts) {
    super();
    this.#up = registry.gauge('candado_redis_up', 'Whether the lock table in Redis is reachable.');
    this.#reconnects = registry
      .counter('candado_redis_reconnects_total', 'How often the connection to Redis came back.')
      .series({});
    this.#errors = registry
      .counter('candado_redis_errors_total', 'Scripts that failed.')
      .series({});
    const seconds = registry.histogram(
      'candado_redis_command_duration_seconds',
      'How long a script in Redis took, there and back, failed ones included.',
      REDIS_SECONDS,
      'script',
    );
    this.#scripts = new Map(Object.entries(histograms(seconds, 'script', scripts.names)));
    this.#unknownScript = histograms(seconds, 'script', ['unknown']).unknown;
    this.#offset = unmeasured(
      registry.gauge(
        'candado_clock_offset_seconds',
        "This replica's wall clock minus Redis's; absent until it was measured.",
      ),
    );
    this.#offsetBound = unmeasured(
      registry.gauge(
        'candado_clock_offset_bound_seconds',
        'The most by which candado_clock_offset_seconds may be off.',
      ),
    );
  }

  override reachable(up: boolean): void {
    this.#up.set(up ? 1 : 0);
  }

  override reconnected(): void {
    this.#reconnects.inc();
  }

  override scriptRan(script: string, seconds: number, ok: boolean): void {
    (this.#scripts.get(script) ?? this.#unknownScript).observe(seconds);
    if (!ok) this.#errors.inc();
  }

  override clockMeasured(offsetSeconds: number, boundSeconds: number): void {
    this.#offset.set(offsetSeconds);
    this.#offsetBound.set(boundSeconds);
  }
}

/** Zero would claim that the clocks agree. */
function unmeasured(gauge: Gauge): Gauge {
  gauge.remove();
  return gauge;
}
