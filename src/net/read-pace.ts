import type { Socket } from 'node:net';
import type { Dialect } from '../dialects/dialect.js';
import { READ_AHEAD_BYTES } from './limits.js';

/** What reading on depends on beside the dialect. */
export interface Pace {
  /** Nothing more is wanted at all. */
  readonly enough: boolean;
  /** A command is under way. */
  readonly busy: boolean;
  /** The client does not read what it is sent. */
  readonly behind: boolean;
}

/** Reads from a socket no faster than what arrives is taken. */
export class ReadPace {
  constructor(
    private readonly socket: Socket,
    private readonly dialect: Dialect,
  ) {}

  /** @param again to be called when an upload has room again */
  steer({ enough, busy, behind }: Pace, again: () => void): void {
    const upload = this.dialect.uploading;
    if (upload !== undefined) upload.onDrain = again;
    const full = upload === undefined ? busy && this.#farAhead : upload.full;
    const pause = enough || full || (!busy && behind);
    if (pause === this.socket.isPaused()) return;
    if (pause) this.socket.pause();
    else this.socket.resume();
  }

  /** An incomplete command is the dialect's to bound; what is behind a running one is ours. */
  get #farAhead(): boolean {
    return this.dialect.bufferedBytes > READ_AHEAD_BYTES;
  }
}
