import type { Socket } from 'node:net';
import type { CancelTimer, Clock } from '../clock/clock.js';
import { SLOW_READER_MS } from './limits.js';

/** Watches a socket that is behind, and says so if its peer took nothing for too long. */
export class SlowReaderWatch {
  #cancelTimer: CancelTimer | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
    private readonly onStuck: () => void,
  ) {}

  /** To be called while the socket is behind; more often does no harm. */
  watch(): void {
    if (this.#cancelTimer !== undefined) return;
    const takenBefore = this.#taken();
    this.#cancelTimer = this.clock.after(SLOW_READER_MS, () => {
      this.#cancelTimer = undefined;
      if (this.socket.writableLength === 0) return;
      if (this.#taken() === takenBefore) this.onStuck();
      else this.watch();
    });
  }

  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Bytes that left for the peer so far. */
  #taken(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }
}
