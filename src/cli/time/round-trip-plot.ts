import { formatMicros } from '../quantities.js';
import { scale } from './chart-scale.js';
import type { Frame } from './offset-plot.js';
import type { CountedRange } from './round-trip-counts.js';
import { described, element, label } from './svg.js';

const GAP = 2;

/** Every so many bars are labelled, or the labels would lie upon each other. */
const MOST_LABELS = 7;

/** How many round trips took how long. Each bar tells its range and count when pointed at. */
export function roundTripPlot(ranges: readonly CountedRange[], frame: Frame): string {
  const largest = Math.max(1, ...ranges.map(({ count }) => count));
  const x = scale([0, Math.max(1, ranges.length)], [frame.left, frame.right]);
  const y = scale([0, largest], [frame.bottom, frame.top]);
  const every = Math.ceil(ranges.length / MOST_LABELS);
  return [
    label(String(largest), { x: frame.left - 6, y: frame.top + 4, 'text-anchor': 'end' }),
    ...ranges.map((range, at) => {
      const top = y.at(range.count);
      const bar = { class: 'bar', x: x.at(at), y: top, width: x.at(at + 1) - x.at(at) - GAP };
      return element('rect', { ...bar, height: frame.bottom - top }, title(range));
    }),
    ...ranges
      .map(({ fromMicros }, at) => ({ fromMicros, at }))
      .filter(({ at }) => at % every === 0)
      .map(({ fromMicros, at }) =>
        label(formatMicros(fromMicros), { x: x.at(at), y: frame.bottom + 18 }),
      ),
    element('path', { class: 'grid', d: `M${frame.left} ${frame.bottom}H${frame.right}` }),
  ].join('\n');
}

function title({ fromMicros, toMicros, count }: CountedRange): string {
  return described('title', `${formatMicros(fromMicros)} to ${formatMicros(toMicros)}: ${count}`);
}
