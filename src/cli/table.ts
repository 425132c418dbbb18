import { stripVTControlCharacters, styleText } from 'node:util';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Aligned columns, two spaces apart; lines end without padding. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  colour: boolean,
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, at) =>
    cells.reduce((widest, row) => Math.max(widest, row[at]?.length ?? 0), 0),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0, columns[at]?.align ?? 'left'))
      .join('  ')
      .trimEnd(),
  );
  const [header = '', ...body] = lines;
  const shown = colour ? styleText('bold', header, { validateStream: false }) : header;
  return [shown, ...body, ''].join('\n');
}

/** What others called their files and themselves must not steer this terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, '?');
}

function pad(text: string, width: number, align: Column['align']): string {
  return align === 'left' ? text.padEnd(width) : text.padStart(width);
}
