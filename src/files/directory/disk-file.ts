import type { FileHandle } from 'node:fs/promises';
import { DISK_CHUNK_BYTES, takeChunk } from '../chunk-memory.js';
import { FileStoreUnavailable } from '../errors.js';
import type { OpenFile, VersionRecord } from '../file-store.js';

/**
 * What the first read takes from the disk. Each further one takes twice as much, up to
 * {@link DISK_CHUNK_BYTES}, since each is a trip through the thread pool; two are in memory at a time.
 */
const FIRST_CHUNK_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/** An open content. Its descriptor keeps it readable after it was pruned. */
export class DiskFile implements OpenFile {
  constructor(
    readonly record: VersionRecord,
    private readonly handle: FileHandle,
  ) {}

  async *read(offset: number, length: number): AsyncGenerator<Buffer, void, undefined> {
    const end = Math.min(this.record.size, offset + length);
    let at = offset;
    for await (const chunk of readRange(this.handle, offset, end)) {
      at += chunk.length;
      yield chunk;
    }
    if (at < end) {
      throw new FileStoreUnavailable(
        'a stored content is shorter than recorded: restore it from a backup',
        false,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

/**
 * The bytes from `start` to before `end`, or to the end of the file if that comes first. The next
 * read is under way while the one before is used.
 */
export async function* readRange(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = FIRST_CHUNK_BYTES;
  let at = start;
  let next = readOnce(handle, at, Math.min(bytes, end - at));
  try {
    while (at < end) {
      const chunk = await next;
      if (chunk.length === 0) return;
      at += chunk.length;
      bytes = Math.min(2 * bytes, DISK_CHUNK_BYTES);
      next = readOnce(handle, at, Math.min(bytes, end - at));
      yield chunk;
    }
  } finally {
    // Its error is the reader's only if it asks for what was read; the descriptor is in use till then.
    await next.catch(() => undefined);
  }
}

async function readOnce(handle: FileHandle, at: number, wanted: number): Promise<Buffer> {
  if (wanted <= 0) return NOTHING;
  const memory = wanted === DISK_CHUNK_BYTES ? takeChunk(wanted) : Buffer.allocUnsafeSlow(wanted);
  const { bytesRead, buffer } = await handle.read(memory, 0, wanted, at);
  return buffer.subarray(0, bytesRead);
}
