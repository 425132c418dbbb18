import type { TerminalOutput } from './io.js';
import { Progress } from './progress.js';
import { formatBytes, formatDuration } from './quantities.js';

/** The bar of a content under way: how much of it, how fast, and how much longer. */
export function transferProgress(output: TerminalOutput, bytes: number): Progress {
  return new Progress(output, bytes, (done, perSecond) => describeTransfer(done, bytes, perSecond));
}

/** What stands behind the bar. */
export function describeTransfer(done: number, bytes: number, perSecond: number): string {
  const amount = `${formatBytes(done)} of ${formatBytes(bytes)}`;
  if (perSecond < 1) return amount;
  // Whole seconds: finer ones would only flicker.
  const leftMs = Math.max(1_000, ((bytes - done) * 1_000) / perSecond);
  return `${amount}, ${formatBytes(Math.round(perSecond))}/s, ${formatDuration(leftMs)} left`;
}
