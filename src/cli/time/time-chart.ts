import type { TimeSample } from '../../client/index.js';
import type { Target } from '../explain.js';
import { formatMicros } from '../quantities.js';
import { histogramOf } from './histogram.js';
import { offsetPlot } from './offset-plot.js';
import { roundTripPlot } from './round-trip-plot.js';
import { described, element, label } from './svg.js';
import { bounded, formatDrift, formatJitter, type Measured } from './time-report.js';

/** More do not lie beside each other; so a chart has at most some 30 kB, of a run of any length. */
export const CHART_WINDOWS = 400;

const BARS = 40;
const WIDTH = 900;
const HEIGHT = 620;
const OFFSETS = { left: 110, top: 96, right: 870, bottom: 330 };
const ROUND_TRIPS = { left: 110, top: 420, right: 870, bottom: 570 };

/** Legible on light and on dark pages. */
const STYLE = `
  svg { background: #fff; color: #1b1f24; font: 12px system-ui, sans-serif }
  text { fill: currentColor }
  .title { font-size: 17px; font-weight: 600 }
  .part { font-size: 13px; font-weight: 600 }
  .grid { stroke: currentColor; stroke-opacity: 0.2; fill: none }
  .bound { stroke: #1f77b4; stroke-opacity: 0.35; stroke-width: 1.5; fill: none }
  .dot { stroke: #1f77b4; stroke-width: 3; stroke-linecap: round; fill: none }
  .bar { fill: #1f77b4 }
  @media (prefers-color-scheme: dark) {
    svg { background: #14171a; color: #e6e8ea }
    .bound, .dot { stroke: #6cb6ff }
    .bar { fill: #6cb6ff }
  }
`;

/**
 * A run as one SVG file that needs no other: offsets over time, and how long round trips took.
 *
 * @param best the best exchange of each window of the run
 */
export function drawTimeChart(
  measured: Measured,
  best: readonly TimeSample[],
  { host, port }: Target,
): string {
  const { estimate, roundTripMicros } = measured;
  const title = `Clock of ${host}:${port}: ${bounded(estimate)} against the clock here`;
  const told =
    `${measured.count} queries in ${measured.seconds.toFixed(1)} s; ` +
    `jitter ${formatJitter(estimate)}; drift ${formatDrift(estimate)}`;
  const ways =
    `Round trips: least ${formatMicros(roundTripMicros.min)}, ` +
    `half within ${formatMicros(roundTripMicros.p50)}, ` +
    `99 % within ${formatMicros(roundTripMicros.p99)}, most ${formatMicros(roundTripMicros.max)}`;
  const { left } = OFFSETS;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-labelledby': 'title desc',
    },
    '\n',
    described('title', title, { id: 'title' }),
    described('desc', `${told}. ${ways}.`, { id: 'desc' }),
    element('style', {}, STYLE),
    label(title, { class: 'title', x: 20, y: 32 }),
    label(told, { x: 20, y: 54 }),
    label('Offset over time, from the result; the best exchange of each moment, with its bound', {
      class: 'part',
      x: left,
      y: OFFSETS.top - 12,
    }),
    `\n${offsetPlot(best, estimate, OFFSETS)}\n`,
    label(`${ways}; the last bar is of all that are longer`, {
      class: 'part',
      x: left,
      y: ROUND_TRIPS.top - 14,
    }),
    `\n${roundTripPlot(histogramOf(measured.roundTrips, BARS), ROUND_TRIPS)}\n`,
  )}\n`;
}
