import { CandadoError, ConnectionLost } from './errors.js';
import { resumeCall, sessionCall, type Ticket } from './lock-requests.js';
import type { ResumedLock } from './records.js';
import type { Connection } from './transport/connection.js';
import { ask } from './transport/open.js';
import type { Request } from './transport/request.js';

/** What the server says when there is nothing to go on with. */
const GONE_CODES: readonly string[] = ['NOPERM', 'ERR'];

export interface SessionEvents {
  submit(request: Request): void;
  /** The connection did not come back in time: the server gives up what it kept. */
  graceOver(): void;
}

/**
 * Lets what is locked outlive its connection. It is asked for before the first lock: clients that
 * only read cost the server nothing, and the others one round trip in their life.
 */
export class Session {
  readonly #enabled: boolean;
  readonly #events: SessionEvents;
  #ticket: Ticket | undefined;
  #asking = false;
  /** By a server that knows no sessions; the next replica may. */
  #unknown = false;
  #graceTimer: NodeJS.Timeout | undefined;
  #graceOver = false;

  constructor(enabled: boolean, events: SessionEvents) {
    this.#enabled = enabled;
    this.#events = events;
  }

  /** Whether the server keeps what is locked when the connection is lost. */
  get kept(): boolean {
    return this.#ticket !== undefined;
  }

  /** To be called before a lock is asked for. Where the server refuses, locks end as connections do. */
  prepare(): void {
    if (!this.#enabled || this.kept || this.#asking || this.#unknown) return;
    this.#asking = true;
    const call = sessionCall((ticket) => {
      this.#ticket = ticket;
    });
    call.promise
      .catch((error: unknown) => {
        this.#unknown = error instanceof CandadoError && error.code === 'ERR';
      })
      .finally(() => {
        this.#asking = false;
      });
    this.#events.submit(call);
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#unknown = false;
    if (this.#ticket === undefined || this.#graceTimer !== undefined) return;
    this.#graceTimer = setTimeout(() => {
      this.#graceOver = true;
      this.#events.graceOver();
    }, this.#ticket.graceMs);
  }

  /**
   * Goes on through a new connection.
   * @returns the locks that are still held
   * @throws what the server said where it may resume the session later, or elsewhere
   */
  async resume(connection: Connection): Promise<readonly ResumedLock[]> {
    if (this.#ticket === undefined) return [];
    try {
      const locks = await ask(connection, resumeCall(this.#ticket));
      this.#settled();
      return locks;
    } catch (error) {
      if (!(error instanceof CandadoError) || error instanceof ConnectionLost) throw error;
      const gone = GONE_CODES.includes(error.code);
      if (!gone && !this.#graceOver) throw error;
      this.#ticket = undefined;
      this.#settled();
      if (gone) await this.#openAnother(connection);
      return [];
    }
  }

  /** Nothing is to be expected of it any more. */
  end(): void {
    clearTimeout(this.#graceTimer);
  }

  async #openAnother(connection: Connection): Promise<void> {
    try {
      const call = sessionCall((ticket) => {
        this.#ticket = ticket;
      });
      await ask(connection, call);
    } catch (error) {
      // A refusal is no reason to go without a connection; the next lock asks again.
      if (!(error instanceof CandadoError) || error instanceof ConnectionLost) throw error;
    }
  }

  #settled(): void {
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    this.#graceOver = false;
  }
}
