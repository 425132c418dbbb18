import type { ClockEstimate, TimeSample } from '../../client/index.js';
import { formatMicros, formatOffset } from '../quantities.js';
import { type Scale, scale, ticks } from './chart-scale.js';
import { element, label } from './svg.js';

/** Where a plot lies in the chart. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Beyond this share of all windows, what was held up would make the rest a line. */
const SHOWN_SHARE = 0.95;

/** Offsets over time: a dot and its bound for the best exchange of each window. */
export function offsetPlot(
  best: readonly TimeSample[],
  estimate: ClockEstimate,
  frame: Frame,
): string {
  const startMicros = best[0]?.returnedAt ?? 0;
  const endMicros = Math.max(startMicros + 1, best.at(-1)?.returnedAt ?? 0);
  const x = scale([0, endMicros - startMicros], [frame.left, frame.right]);
  // A time of day has too many digits to lay beside each other: offsets are told from the result.
  const y = scale(extent(best, estimate), [frame.bottom, frame.top]);
  const column = (sample: TimeSample): number => x.at(sample.returnedAt - startMicros);
  const row = (offset: number): number => y.at(within(y, offset - estimate.offsetMicros));
  const bounds = best
    .map((sample) => {
      const { offsetMicros, boundMicros } = sample;
      const [low, high] = [row(offsetMicros - boundMicros), row(offsetMicros + boundMicros)];
      return `M${column(sample)} ${low}V${high}`;
    })
    .join('');
  // A line of no length with round ends is a dot.
  const dots = best.map((sample) => `M${column(sample)} ${row(sample.offsetMicros)}h0`).join('');
  return [
    ...ticks(y, 5).map((value) => horizontal(value, y, frame)),
    ...ticks(x, 6).map((value) =>
      label(formatMicros(value), { x: x.at(value), y: frame.bottom + 18, 'text-anchor': 'middle' }),
    ),
    element('path', { class: 'bound', d: bounds }),
    element('path', { class: 'dot', d: dots }),
  ].join('\n');
}

function horizontal(value: number, y: Scale, frame: Frame): string {
  const at = y.at(value);
  return (
    element('path', { class: 'grid', d: `M${frame.left} ${at}H${frame.right}` }) +
    label(formatOffset(value), { x: frame.left - 6, y: at + 4, 'text-anchor': 'end' })
  );
}

/** From the result, with its own bound, to where most of the others' bounds end. */
function extent(
  best: readonly TimeSample[],
  { offsetMicros, boundMicros }: ClockEstimate,
): readonly [number, number] {
  const lows = best.map((sample) => sample.offsetMicros - sample.boundMicros - offsetMicros);
  const highs = best.map((sample) => sample.offsetMicros + sample.boundMicros - offsetMicros);
  lows.sort((one, other) => other - one);
  highs.sort((one, other) => one - other);
  const at = Math.floor((best.length - 1) * SHOWN_SHARE);
  return [Math.min(-boundMicros, lows[at] ?? 0), Math.max(boundMicros, highs[at] ?? 0)];
}

function within({ least, most }: Scale, value: number): number {
  return Math.min(most, Math.max(least, value));
}
