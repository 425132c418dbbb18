import { type Figure, isWithin, type Scenario } from './scenario.js';

export interface Result {
  readonly scenario: Scenario;
  readonly figures: readonly Figure[];
}

/** A table for people. */
export function table(results: readonly Result[]): string {
  const rows = results.flatMap(({ scenario, figures }) =>
    figures.map((figure) => [
      scenario.name,
      figure.what,
      `${rounded(figure.value)} ${figure.unit}`.trim(),
      limitOf(figure),
      isWithin(figure) ? '' : 'MISSED',
    ]),
  );
  const all = [['scenario', 'what', 'measured', 'limit', ''], ...rows];
  const widths = all[0]?.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rounded(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4, useGrouping: false });
}

function limitOf({ atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `≤ ${atMost}`;
  return atLeast === undefined ? '' : `≥ ${atLeast}`;
}
