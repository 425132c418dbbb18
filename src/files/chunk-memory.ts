/** What large contents arrive in: sockets and disks do no better with more (docs/performance.md). */
export const CHUNK_BYTES = 512 * 1024;

/** What they are read from a disk in, where each is a trip through the thread pool. */
export const DISK_CHUNK_BYTES = 1024 * 1024;

/** Smaller ones are not worth the call. */
const WORTHWHILE_BYTES = 16 * 1024;

/** Of each size: what two contents that pass at the same time have in use. */
const MOST_KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Chunks to be used again, by their size. A new one costs the system hundreds of pages that it has to
 * clear, which was a fifth of what receiving a large content costs. One for the process, as its
 * allocator is.
 */
const kept = new Map<number, ArrayBuffer[]>([
  [CHUNK_BYTES, []],
  [DISK_CHUNK_BYTES, []],
]);

/** Memory of that size; what stands in it is left from something else. */
export function takeChunk(bytes = CHUNK_BYTES): Buffer<ArrayBuffer> {
  const memory = kept.get(bytes)?.pop();
  return memory === undefined ? Buffer.allocUnsafeSlow(bytes) : Buffer.from(memory);
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
  const alike = kept.get(byteLength);
  if (alike !== undefined && alike.length * byteLength < MOST_KEPT_BYTES) {
    alike.push(buffer.transfer());
  } else buffer.transfer(0);
}
