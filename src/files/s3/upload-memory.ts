import { FileStoreUnavailable } from '../errors.js';

/**
 * What all uploads of a process together may hold in memory, in bytes. One of a large content holds
 * up to three parts; a slow client's holds what it has sent of a part.
 */
export const UPLOAD_MEMORY_BYTES = 768 * 1024 * 1024;

/** The memory that uploads share. */
export class UploadMemory {
  #usedBytes = 0;

  constructor(private readonly limitBytes: number = UPLOAD_MEMORY_BYTES) {}

  /** @throws {FileStoreUnavailable} if it is used up: waiting for others could be for ever */
  take(bytes: number): void {
    if (this.#usedBytes + bytes > this.limitBytes) {
      throw new FileStoreUnavailable('too many uploads at once: try again later', false);
    }
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
