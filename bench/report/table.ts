import { PROGRAMS } from '../parts/programs.js';
import { type Figure, isWithin } from '../scenario.js';
import type { Result } from './result.js';

const HEAD = ['scenario', 'what', 'measured', 'limit', ''];

/** For people. */
export function table(results: readonly Result[]): string {
  const rows = results.flatMap(({ scenario, figures, missing }) => [
    ...figures.map((figure) => [
      scenario.name,
      figure.what,
      `${rounded(figure.value)} ${figure.unit}`.trim(),
      limitOf(figure),
      isWithin(figure) ? '' : 'MISSED',
    ]),
    ...missing.map((program) => [
      ...[scenario.name, `${program} is not installed: ${PROGRAMS[program]}`, '', '', ''],
    ]),
  ]);
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function rounded(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4, useGrouping: false });
}

function limitOf({ atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `≤ ${atMost}`;
  return atLeast === undefined ? '' : `≥ ${atLeast}`;
}
