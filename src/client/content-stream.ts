import { Readable } from 'node:stream';
import type { BulkSink } from './resp/blob.js';
import type { Flow } from './transport/request.js';

/** How much of a content waits in memory for its reader before the socket is paused. */
const READ_AHEAD_BYTES = 256 * 1024;

/**
 * The content of a file on its way in. Until it was read to its end or destroyed, everything asked
 * for after it on this client waits behind it.
 */
export class ContentStream extends Readable {
  #ended = false;

  constructor(
    /** Length of the whole content in bytes. */
    readonly size: number,
    readonly flow: Flow,
  ) {
    super({ highWaterMark: READ_AHEAD_BYTES });
  }

  /** For the connection: where the bytes go. */
  sink(): BulkSink {
    return {
      chunk: (bytes) => {
        if (!this.destroyed && !this.push(bytes)) this.flow.pause();
      },
      end: () => {
        this.#ended = true;
        if (!this.destroyed) this.push(null);
      },
    };
  }

  override _read(): void {
    if (!this.#ended) this.flow.resume();
  }

  /** What nobody wants any more still has to pass, for the next answer stands behind it. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#ended) this.flow.resume();
    callback(error);
  }
}
