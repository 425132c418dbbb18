import { once } from 'node:events';
import type { TerminalOutput } from './io.js';

/** Writes, and waits while the reader is behind. */
export async function print(output: TerminalOutput, text: string): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}

/** One JSON value to a line, so that any number of them can be read as they come. */
export function printJson(output: TerminalOutput, value: unknown): Promise<void> {
  return print(output, `${JSON.stringify(value)}\n`);
}
