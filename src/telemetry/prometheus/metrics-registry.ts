import { injectable } from 'inversify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from '../../workers/messages.js';
import { MetricsPage } from '../metrics-page.js';
import type { METRICS, MetricName, MetricType } from './metric-names.js';
import { snapshotOf } from './snapshots.js';
import { TalliedCounter } from './tallied-counter.js';
import { TalliedHistogram } from './tallied-histogram.js';

type Named<Type extends MetricType> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends Type ? Name : never;
}[MetricName];

/** Owns the metrics of one application; nothing is kept in prom-client's global registry. */
@injectable()
export class MetricsRegistry extends MetricsPage {
  readonly #registry = new Registry();

  override get contentType(): string {
    return this.#registry.contentType;
  }

  override render(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The same as data, for who adds up several processes. */
  snapshot(): Promise<MetricsSnapshot> {
    return snapshotOf(this.#registry);
  }

  /**
   * Adds what the process itself tells (CPU, memory, event loop lag, garbage collection) and which
   * build it is. Once for a process: some of it watches until the end.
   */
  describeProcess(version: string): void {
    collectDefaultMetrics({ register: this.#registry });
    this.gauge('candado_build_info', 'Always 1; the label says which version runs.', 'version')
      .labels(version)
      .set(1);
  }

  counter<Label extends string = never>(
    name: Named<'counter'>,
    help: string,
    ...labelNames: Label[]
  ): TalliedCounter<Label> {
    return new TalliedCounter({ name, help, labelNames, registers: [this.#registry] });
  }

  gauge<Label extends string = never>(
    name: Named<'gauge'>,
    help: string,
    ...labelNames: Label[]
  ): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  /** @param bounds upper ends of the buckets, rising, in seconds */
  histogram<Label extends string = never>(
    name: Named<'histogram'>,
    help: string,
    bounds: readonly number[],
    ...labelNames: Label[]
  ): TalliedHistogram<Label> {
    const buckets = [...bounds];
    return new TalliedHistogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}
