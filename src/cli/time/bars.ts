import { styleText } from 'node:util';
import { formatMicros } from '../quantities.js';
import type { CountedRange } from './round-trip-counts.js';

/** Eighths of a cell, to the left. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const FULL = '█';
const NARROWEST_BAR = 8;

/**
 * One line a range: where it begins, a bar as long as its count is large, the count.
 *
 * @param width of the longest line, in columns
 */
export function drawBars(ranges: readonly CountedRange[], width: number, colour: boolean): string {
  const starts = ranges.map(({ fromMicros }) => formatMicros(fromMicros));
  const counts = ranges.map(({ count }) => String(count));
  const startWidth = longest(starts);
  const room = Math.max(NARROWEST_BAR, width - startWidth - longest(counts) - 4);
  const largest = Math.max(...ranges.map(({ count }) => count));
  return ranges
    .map(({ count }, at) => {
      const bar = barOf((count / largest) * room);
      const shown = colour ? styleText('cyan', bar, { validateStream: false }) : bar;
      const gap = bar === '' ? '' : ' ';
      return `  ${starts[at]?.padStart(startWidth)} ${shown}${gap}${counts[at]}\n`;
    })
    .join('');
}

/** What there is at all shows. */
function barOf(cells: number): string {
  const eighths = cells > 0 ? Math.max(1, Math.round(cells * 8)) : 0;
  return FULL.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
