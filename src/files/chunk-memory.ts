/** What large contents pass in: disks and sockets do no better with more (docs/performance.md). */
export const CHUNK_BYTES = 512 * 1024;

/** Smaller ones are not worth the call. */
const WORTHWHILE_BYTES = 16 * 1024;

/** 4 MiB: what two contents that pass at the same time have in use. */
const MOST_KEPT = 8;

/**
 * Chunks to be used again. A new one costs the system 128 pages that it has to clear, which was a
 * fifth of what receiving a large content costs. One for the process, as its allocator is.
 */
const kept: ArrayBuffer[] = [];

/** Memory for {@link CHUNK_BYTES}; what stands in it is left from something else. */
export function takeChunk(): Buffer<ArrayBuffer> {
  const memory = kept.pop();
  return memory === undefined ? Buffer.allocUnsafeSlow(CHUNK_BYTES) : Buffer.from(memory);
}

/**
 * Takes the memory of a chunk back now, not when it is collected: gigabytes that pass through would
 * otherwise leave dozens of megabytes behind them, and a collection for each of those
 * (docs/performance.md). For who owns the chunk and is done with it: it is empty afterwards. Does
 * nothing to a part of something larger, which others may use.
 */
export function giveBack(chunk: Buffer): void {
  const { buffer, byteLength } = chunk;
  if (byteLength < WORTHWHILE_BYTES || byteLength !== buffer.byteLength) return;
  if (!(buffer instanceof ArrayBuffer)) return;
  if (byteLength === CHUNK_BYTES && kept.length < MOST_KEPT) kept.push(buffer.transfer());
  else buffer.transfer(0);
}
