import { roundStep } from './chart-scale.js';
import type { CountedRange, RoundTripCounts } from './round-trip-counts.js';

/** What takes longer than all but one in twenty stands together in the last bar. */
const SHOWN_SHARE = 0.95;

/**
 * Bars of equal, round width for the usual round trips; where some took longer, one more bar for
 * those, up to the longest.
 *
 * @param most bars
 */
export function histogramOf(counts: RoundTripCounts, most: number): readonly CountedRange[] {
  if (counts.count === 0) return [];
  const least = counts.leastMicros;
  const usual = counts.percentile(SHOWN_SHARE);
  const width = roundStep(Math.max((usual + 1 - least) / (most - 2), counts.resolutionAt(usual)));
  const start = Math.floor(least / width) * width;
  const end = start + Math.ceil((usual + 1 - start) / width) * width;
  const bars = Array.from({ length: Math.round((end - start) / width) }, () => 0);
  let longer = 0;
  for (const { fromMicros, count } of counts.ranges()) {
    const at = Math.floor((Math.max(fromMicros, least) - start) / width);
    if (at < bars.length) bars[at] = (bars[at] ?? 0) + count;
    else longer += count;
  }
  const ranges = bars.map((count, at) => ({
    fromMicros: start + at * width,
    toMicros: start + (at + 1) * width,
    count,
  }));
  if (longer === 0) return ranges;
  return [...ranges, { fromMicros: end, toMicros: counts.mostMicros + 1, count: longer }];
}
