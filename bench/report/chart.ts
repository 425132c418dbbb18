import { type Figure, isWithin } from '../scenario.js';
import type { Result } from './result.js';
import { rounded } from './table.js';

const WIDTH = 960;
const LABELS = 520;
const ROW = 22;
const TOP = 64;
const BAR = 14;
const NUMBER = 70;

/** Beyond this a bar would make all others short. */
const LONGEST = 2.5;

interface Bar {
  readonly label: string;
  readonly faster: number;
  /** Where the limit stands on the same scale. */
  readonly limit: number | undefined;
  readonly kept: boolean;
}

/**
 * All ratios of a run as bars: the longer, the faster beside that peer. An SVG by itself, which follows
 * the reader's choice of light or dark.
 */
export function chart(results: readonly Result[]): string {
  const bars = results.flatMap(({ scenario, figures }) =>
    figures.flatMap((figure) => barOf(scenario.name, figure)),
  );
  const height = TOP + bars.length * ROW + 16;
  const one = x(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Candado beside its peers">
<style>
svg { font: 12px system-ui, sans-serif; background: #fff; }
text { fill: #1f2328; }
.quiet { fill: #59636e; }
.kept { fill: #2a78d6; }
.free { fill: #8f99a3; }
.missed { fill: #d1442f; }
.limit { stroke: #1f2328; stroke-width: 2; }
.one { stroke: #59636e; stroke-dasharray: 3 3; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; }
text { fill: #e6edf3; }
.quiet { fill: #9198a1; }
.kept { fill: #5598e7; }
.free { fill: #6e7781; }
.missed { fill: #f0705c; }
.limit { stroke: #e6edf3; }
.one { stroke: #9198a1; }
}
</style>
<text x="16" y="24" font-size="16" font-weight="600">Candado beside its peers, in one run</text>
<text x="16" y="44" class="quiet">Longer is faster or smaller; a stroke is the limit; blue keeps it, red misses it, grey has none.</text>
<line class="one" x1="${one}" x2="${one}" y1="${TOP - 8}" y2="${height - 12}"/>
<text class="quiet" x="${one}" y="${TOP - 12}" text-anchor="middle">as the peer</text>
${bars.map(drawn).join('\n')}
</svg>
`;
}

function barOf(scenario: string, figure: Figure): Bar[] {
  const { faster, value, atMost, atLeast, what } = figure;
  if (faster === undefined || !Number.isFinite(faster)) return [];
  // Where less is better, half of the peer's is twice as fast.
  const limit = atMost === undefined ? atLeast : (faster * value) / atMost;
  return [{ label: `${scenario} · ${what}`, faster, limit, kept: isWithin(figure) }];
}

function drawn({ label, faster, limit, kept }: Bar, index: number): string {
  const y = TOP + index * ROW;
  const end = x(faster);
  const colour = limit === undefined ? 'free' : kept ? 'kept' : 'missed';
  const text = `y="${y + BAR - 3}"`;
  const stroke =
    limit === undefined
      ? ''
      : `<line class="limit" x1="${x(limit)}" x2="${x(limit)}" y1="${y - 2}" y2="${y + BAR + 2}"/>`;
  return (
    `<text x="${LABELS - 8}" ${text} text-anchor="end">${escaped(label)}</text>` +
    `<rect class="${colour}" x="${LABELS}" y="${y}" width="${(end - LABELS).toFixed(1)}" height="${BAR}" rx="2"/>` +
    `${stroke}<text x="${WIDTH - 12}" ${text} text-anchor="end">${rounded(faster)}${faster > LONGEST ? ' →' : ''}</text>`
  );
}

function x(ratio: number): number {
  const width = WIDTH - LABELS - NUMBER;
  return LABELS + (Math.min(ratio, LONGEST) / LONGEST) * width;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
