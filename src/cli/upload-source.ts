import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SizedStream } from '../client/index.js';

/** A content with its length, for as long as it is not disposed of. It can be read many times. */
export interface UploadSource extends SizedStream, AsyncDisposable {
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

/** A local file; anything that has no length of its own, such as a pipe, is gathered first. */
export async function openFile(path: string): Promise<UploadSource> {
  const file = await open(path, 'r');
  const stat = await file.stat();
  if (stat.isFile()) return sourceOf(file, stat.size, () => file.close());
  return await gather(file.createReadStream());
}

/** A length has to be told before the first byte: gathers on disk what has none, not in memory. */
export async function gather(stream: Readable): Promise<UploadSource> {
  const path = join(tmpdir(), `candado-put-${randomUUID()}`);
  const remove = (): Promise<void> => rm(path, { force: true });
  try {
    await pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    const file = await open(path, 'r');
    return sourceOf(file, (await file.stat()).size, async () => {
      await file.close();
      await remove();
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

function sourceOf(file: FileHandle, size: number, dispose: () => Promise<void>): UploadSource {
  return {
    size,
    chunks: () => file.createReadStream({ start: 0, autoClose: false }),
    [Symbol.asyncDispose]: dispose,
  };
}
