import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { giveBack } from '../chunk-memory.js';
import type { ContentSum } from '../stored-record.js';
import type { HashThread, ThreadedHash } from './hash-thread.js';

/** A content that comes in such chunks is large: it is hashed on a thread of its own. */
export const LARGE_CHUNK_BYTES = 256 * 1024;

/**
 * So much is written before the disk is asked to take it, for it to do so while more is received:
 * all of it at the end took a third of the time that a large content took.
 */
const SYNC_EVERY_BYTES = 64 * 1024 * 1024;

/** Chunks that are hashed or written at a time: each waits for one of the two. */
const MAX_UNDER_WAY = 3;

/**
 * Writes a content to a file and hashes it. Of a large one the next chunk is taken while those before
 * are hashed and written. To be ended with `finish` or `abandon` before the file is closed.
 */
export class ContentSink {
  #size = 0;
  /** The first, if it is small: what comes with a request is, whatever follows. */
  #held: Buffer | undefined;
  #hash: Hash | undefined;
  #threaded: ThreadedHash | undefined;
  /** Of a large content; each is over when its chunk and all before it are written. */
  #underWay: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #unsynced = 0;
  #syncing: Promise<void> | undefined;

  /** @param sync makes durable what was written to the file so far */
  constructor(
    private readonly handle: FileHandle,
    private readonly thread: HashThread,
    private readonly sync: () => Promise<void>,
  ) {}

  /** Bytes taken so far. */
  get size(): number {
    return this.#size;
  }

  /** @param chunk the sink's own from now on */
  async write(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    if (this.#hash === undefined && this.#threaded === undefined) {
      const isLarge = chunk.length >= LARGE_CHUNK_BYTES;
      if (!isLarge && this.#held === undefined) {
        this.#held = chunk;
        return;
      }
      await this.#begin(isLarge);
    }
    await this.#pass(chunk);
  }

  /** Everything is written and durable when this resolves. */
  async finish(): Promise<ContentSum> {
    if (this.#hash === undefined && this.#threaded === undefined) await this.#begin(false);
    await Promise.all(this.#underWay);
    // Begun by one of those, perhaps; the system tells an error of the disk to one of two who ask.
    await this.#syncing;
    await this.sync();
    const sha256 = this.#hash?.digest('hex') ?? (await this.#threaded?.digest()) ?? '';
    return { size: this.#size, sha256 };
  }

  /** Nothing uses the file any more when this resolves. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await Promise.allSettled([this.#syncing]);
    this.#threaded?.forget();
  }

  async #begin(isLarge: boolean): Promise<void> {
    if (isLarge) this.#threaded = this.thread.begin();
    else this.#hash = createHash('sha256');
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.#pass(held);
  }

  async #pass(chunk: Buffer): Promise<void> {
    if (this.#threaded !== undefined) return await this.#passOn(chunk, this.#threaded);
    // Another thread writes it meanwhile.
    const written = writeWhole(this.handle, chunk);
    this.#hash?.update(chunk);
    await written;
    giveBack(chunk);
  }

  async #passOn(chunk: Buffer, hash: ThreadedHash): Promise<void> {
    const hashed = hash.update(ownMemory(chunk));
    this.#last = this.#writeNext(hashed, this.#last);
    this.#underWay.push(this.#last);
    // What failed is thrown by who waits for it, here or at the end.
    this.#last.catch(() => undefined);
    if (this.#underWay.length >= MAX_UNDER_WAY) await this.#underWay.shift();
  }

  async #writeNext(hashed: Promise<Buffer>, before: Promise<void>): Promise<void> {
    const [chunk] = await Promise.all([hashed, before]);
    await writeWhole(this.handle, chunk);
    this.#unsynced += chunk.length;
    giveBack(chunk);
    if (this.#unsynced < SYNC_EVERY_BYTES || this.#syncing !== undefined) return;
    this.#unsynced = 0;
    this.#syncing = this.#syncMeanwhile();
    // Its error is told once, to whoever asks; see `finish`.
    this.#syncing.catch(() => undefined);
  }

  async #syncMeanwhile(): Promise<void> {
    await this.sync();
    this.#syncing = undefined;
  }
}

/** The chunk itself, or where it is a part of something larger, a copy. */
function ownMemory(chunk: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = chunk;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) {
    return new Uint8Array(buffer);
  }
  return new Uint8Array(chunk);
}

async function writeWhole(handle: FileHandle, chunk: Buffer): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten;
  }
}
