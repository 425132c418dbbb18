import type { Socket } from 'node:net';
import type { Clock } from '../clock/clock.js';
import { CLOSE_LINGER_MS } from './limits.js';

/** The end of a connection: what it has is given up, and its last reply still arrives. */
export class Departure {
  #begun = false;
  #detached: Promise<void> | undefined;

  /** @param detach gives up what the connection has; called once */
  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
    private readonly detach: () => Promise<void>,
  ) {}

  /**
   * The last reply is on its way: nothing is held any more. Once the system has all of it, what
   * the client still sends is let pass for a moment, since closing a socket with unread bytes
   * would take the reply back.
   */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#detached ??= this.detach();
    if (this.socket.writableFinished) this.#linger();
    else this.socket.once('finish', () => this.#linger());
  }

  /** The socket is closed. */
  async finish(): Promise<void> {
    this.#detached ??= this.detach();
    await this.#detached;
  }

  #linger(): void {
    const cancel = this.clock.after(CLOSE_LINGER_MS, () => this.socket.destroy());
    this.socket.once('close', cancel);
  }
}
