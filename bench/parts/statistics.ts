/** Of numbers in any order; `share` 0.5 is the median. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  const found = sorted[at];
  if (found === undefined) throw new RangeError('nothing was measured');
  return found;
}

export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}
