import { createHash, randomUUID } from 'node:crypto';
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
  /** In hex; undefined where it was not read yet. */
  readonly sha256: string | undefined;
}

/** A local file; anything that has no length of its own, such as a pipe, is gathered first. */
export async function openFile(path: string): Promise<UploadSource> {
  const file = await open(path, 'r');
  const stat = await file.stat();
  if (stat.isFile()) return sourceOf(file, stat.size, undefined, () => file.close());
  return await gather(file.createReadStream());
}

/** A length has to be told before the first byte: gathers on disk what has none, not in memory. */
export async function gather(stream: Readable): Promise<UploadSource> {
  const path = join(tmpdir(), `candado-put-${randomUUID()}`);
  const remove = (): Promise<void> => rm(path, { force: true });
  try {
    const hash = createHash('sha256');
    const hashing = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(stream, hashing, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    const file = await open(path, 'r');
    return sourceOf(file, (await file.stat()).size, hash.digest('hex'), async () => {
      await file.close();
      await remove();
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

function sourceOf(
  file: FileHandle,
  size: number,
  sha256: string | undefined,
  dispose: () => Promise<void>,
): UploadSource {
  return {
    size,
    sha256,
    chunks: () => file.createReadStream({ start: 0, autoClose: false }),
    [Symbol.asyncDispose]: dispose,
  };
}
