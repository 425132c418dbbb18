/** Smaller ones are not worth the call. */
const WORTHWHILE_BYTES = 16 * 1024;

/**
 * Frees the memory of a chunk now, not when it is collected: gigabytes that pass through would
 * otherwise leave dozens of megabytes behind them, and a collection for each of those
 * (docs/performance.md). For who owns the chunk and is done with it: it is empty afterwards. Does
 * nothing to a part of something larger, which others may use.
 */
export function giveBack(chunk: Buffer): void {
  const { buffer, byteLength } = chunk;
  if (byteLength < WORTHWHILE_BYTES || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
