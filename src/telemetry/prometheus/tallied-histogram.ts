import {
  Histogram,
  type LabelValues,
  type MetricObjectWithValues,
  type MetricValueWithName,
} from 'prom-client';

type Values<Label extends string> = MetricObjectWithValues<MetricValueWithName<Label>>;

/**
 * A histogram that counts in plain numbers and makes prom-client's values of them when somebody
 * asks: `observe` of its own looks the series up by its labels and the bucket by its bound as text,
 * which was a quarter of the cost of a `TIME` (docs/performance.md).
 */
export class TalliedHistogram<Label extends string = never> extends Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series: HistogramSeries<Label>[] = [];

  /** @param configuration `buckets`: upper ends, rising */
  constructor(configuration: ConstructorParameters<typeof Histogram<Label>>[0]) {
    super(configuration);
    this.#name = configuration.name;
    this.#help = configuration.help;
    this.#bounds = configuration.buckets ?? [];
  }

  /** The one with these labels, zero at first. Once for each. */
  series(labels: LabelValues<Label>): HistogramSeries<Label> {
    const series = new HistogramSeries(labels, this.#bounds);
    this.#series.push(series);
    return series;
  }

  override get(): Promise<Values<Label>> {
    const values = this.#series.flatMap((series) => series.values(this.#name));
    return Promise.resolve({
      name: this.#name,
      help: this.#help,
      // Its types have an enumeration here, which exists in its types only.
      type: 'histogram' as unknown as Values<Label>['type'],
      aggregator: 'sum',
      collect: () => undefined,
      values,
    });
  }

  /** What the registry asks for where a metric has it. */
  getForPromString(): Promise<Values<Label>> {
    return this.get();
  }
}

/** What one series counted. */
export class HistogramSeries<Label extends string = never> {
  /** By bucket, not summed up; the last is for what is over all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(
    private readonly labels: LabelValues<Label>,
    private readonly bounds: readonly number[],
  ) {
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** @param times how often */
  observe(value: number, times = 1): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? Number.POSITIVE_INFINITY)) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + times;
    this.#sum += value * times;
  }

  values(name: string): MetricValueWithName<Label>[] {
    let count = 0;
    const buckets = [...this.#counts].map((inBucket, at) => {
      count += inBucket;
      const le = this.bounds[at] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { ...this.labels, le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.labels, value: count },
    ];
  }
}
