import type { Counter, Gauge, Histogram } from 'prom-client';

/** The parts of a metric by the value of its one label: resolved beforehand, and zero at start. */
export type Children<Value extends string, Child> = Readonly<Record<Value, Child>>;

export function counters<Value extends string, Label extends string>(
  metric: Counter<Label>,
  values: readonly Value[],
): Children<Value, Counter.Internal> {
  return children(values, (value) => {
    const child = metric.labels(value);
    child.inc(0);
    return child;
  });
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
  metric: Histogram<Label>,
  label: Label,
  values: readonly Value[],
): Children<Value, Histogram.Internal<Label>> {
  return children(values, (value) => {
    const labels: Partial<Record<Label, string>> = {};
    labels[label] = value;
    metric.zero(labels);
    return metric.labels(value);
  });
}

function children<Value extends string, Child>(
  values: readonly Value[],
  make: (value: Value) => Child,
): Children<Value, Child> {
  return Object.fromEntries(values.map((value) => [value, make(value)])) as Record<Value, Child>;
}
