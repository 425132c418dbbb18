import type { FileHandle } from 'node:fs/promises';
import { FileStoreUnavailable } from '../errors.js';
import type { OpenFile, VersionRecord } from '../file-store.js';

/** What one read takes from the disk: a few per reader are in memory at a time. */
const CHUNK_BYTES = 64 * 1024;

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

/** The bytes from `start` to before `end`, or to the end of the file if that comes first. */
export async function* readRange(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void, undefined> {
  let at = start;
  while (at < end) {
    const wanted = Math.min(CHUNK_BYTES, end - at);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
