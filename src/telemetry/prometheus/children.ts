import type { Gauge, LabelValues } from 'prom-client';
import type { CounterSeries, TalliedCounter } from './tallied-counter.js';
import type { HistogramSeries, TalliedHistogram } from './tallied-histogram.js';

/** The parts of a metric by the value of its one label: resolved beforehand, and zero at start. */
export type Children<Value extends string, Child> = Readonly<Record<Value, Child>>;

/** @param label the counter's only one */
export function counters<Value extends string, Label extends string>(
  metric: TalliedCounter<Label>,
  label: Label,
  values: readonly Value[],
): Children<Value, CounterSeries<Label>> {
  return children(values, (value) => metric.series(labelled(label, value)));
}

export function gauges<Value extends string, Label extends string>(
  metric: Gauge<Label>,
  values: readonly Value[],
): Children<Value, Gauge.Internal<Label>> {
  return children(values, (value) => {
    const child = metric.labels(value);
    child.set(0);
    return child;
  });
}

/** @param label the histogram's only one */
export function histograms<Value extends string, Label extends string>(
  metric: TalliedHistogram<Label>,
  label: Label,
  values: readonly Value[],
): Children<Value, HistogramSeries<Label>> {
  return children(values, (value) => metric.series(labelled(label, value)));
}

function labelled<Label extends string>(label: Label, value: string): LabelValues<Label> {
  const labels: LabelValues<Label> = {};
  labels[label] = value;
  return labels;
}

function children<Value extends string, Child>(
  values: readonly Value[],
  make: (value: Value) => Child,
): Children<Value, Child> {
  return Object.fromEntries(values.map((value) => [value, make(value)])) as Record<Value, Child>;
}
