import { styleText } from 'node:util';
import { printable } from './table.js';

/** A patch for a terminal: what others wrote must not steer it; tabs stay. */
export function forTerminal(patch: string, colour: boolean): string {
  return patch
    .split('\n')
    .map((line) => {
      const shown = line.split('\t').map(printable).join('\t');
      const style = colour ? styleOf(line) : undefined;
      return style === undefined ? shown : styleText(style, shown, { validateStream: false });
    })
    .join('\n');
}

function styleOf(line: string): 'bold' | 'cyan' | 'red' | 'green' | undefined {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return 'bold';
  if (line.startsWith('@@')) return 'cyan';
  if (line.startsWith('-')) return 'red';
  return line.startsWith('+') ? 'green' : undefined;
}
