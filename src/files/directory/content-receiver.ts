import { hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ownErrors } from '../content-source.js';
import { FileTooBig } from '../errors.js';
import type { ContentSum } from '../stored-record.js';
import { ContentSink } from './content-sink.js';
import type { Durable } from './durable.js';
import type { HashThread } from './hash-thread.js';
import { SMALL_CONTENT_BYTES } from './small-contents.js';

export interface Received extends ContentSum {
  /** All of it, if it is small; then nothing was written. */
  readonly whole: Buffer | undefined;
}

const NOTHING = Buffer.alloc(0);

/** Takes a content from whoever sends it: a small one into memory, any other into a file. */
export class ContentReceiver {
  constructor(
    private readonly durable: Durable,
    private readonly hashThread: HashThread,
    private readonly maxFileBytes: number,
  ) {}

  /**
   * @param path of a file that must not be there yet; written and durable, unless the content is small
   * @throws {SourceFailed} with the error of `source` as its cause
   * @throws {FileTooBig}
   */
  async receive(source: AsyncIterable<Buffer>, path: string): Promise<Received> {
    let whole: Buffer = NOTHING;
    let file: ReceivingFile | undefined;
    try {
      for await (const chunk of ownErrors(source)) {
        const size = (file?.sink.size ?? whole.length) + chunk.length;
        if (size > this.maxFileBytes) throw new FileTooBig(this.maxFileBytes);
        if (file === undefined && size <= SMALL_CONTENT_BYTES) {
          whole = whole.length === 0 ? chunk : Buffer.concat([whole, chunk]);
          continue;
        }
        if (file === undefined) {
          file = await this.#begin(path);
          if (whole.length > 0) await file.sink.write(whole);
        }
        await file.sink.write(chunk);
      }
      if (file !== undefined) return { ...(await file.sink.finish()), whole: undefined };
      return { size: whole.length, sha256: hash('sha256', whole), whole };
    } catch (error) {
      await file?.sink.abandon();
      throw error;
    } finally {
      await file?.handle.close();
    }
  }

  async #begin(path: string): Promise<ReceivingFile> {
    const handle = await open(path, 'wx');
    const sink = new ContentSink(handle, this.hashThread, () => this.durable.file(handle));
    return { handle, sink };
  }
}

interface ReceivingFile {
  readonly handle: FileHandle;
  readonly sink: ContentSink;
}
