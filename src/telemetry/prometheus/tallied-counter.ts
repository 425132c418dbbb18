import { Counter, type LabelValues } from 'prom-client';

/**
 * A counter whose series count in plain numbers, told to prom-client when somebody asks: its own
 * `inc` looks the series up by its labels each time, which was a tenth of the cost of a `TIME`
 * (docs/performance.md).
 */
export class TalliedCounter<Label extends string = never> extends Counter<Label> {
  readonly #series: CounterSeries<Label>[] = [];

  /** The one with these labels, zero at first. Once for each. */
  series(labels: LabelValues<Label>): CounterSeries<Label> {
    const series = new CounterSeries(labels);
    this.#series.push(series);
    this.inc(labels, 0);
    return series;
  }

  /** Called by prom-client before it reads its values. */
  collect(): void {
    for (const series of this.#series) this.inc(series.labels, series.takeUntold());
  }
}

/** What one series counted since prom-client was told. */
export class CounterSeries<Label extends string = never> {
  #untold = 0;

  constructor(readonly labels: LabelValues<Label>) {}

  inc(by = 1): void {
    this.#untold += by;
  }

  takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }
}
