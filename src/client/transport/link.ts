import { setTimeout as delay } from 'node:timers/promises';
import { CandadoError, ConnectionLost, LockLost, ProtocolError, Unreachable } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { backoffDelayMs } from './backoff.js';
import type { Connection, Ended } from './connection.js';
import { openConnection } from './open.js';
import type { Request } from './request.js';
import { WaitingRequests } from './waiting-requests.js';

/** What its owner hears of a link. */
export interface LinkEvents {
  /** Called before any request hears of it. */
  lost(connection: Connection, error: Error): void;
  connected(connection: Connection): void;
}

/**
 * One connection that is made again whenever it breaks, until {@link close}. What had been sent
 * and not answered is asked again if that is safe, and rejected as {@link ConnectionLost} if not.
 */
export class Link {
  readonly #options: ClientOptions;
  readonly #events: LinkEvents;
  readonly #waiting: WaitingRequests;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #lastError: Error | undefined;

  constructor(options: ClientOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#waiting = new WaitingRequests(options.retryDeadlineMs, (request) => {
      request.fail(this.#notReached());
    });
  }

  /** The first connection: tried once, so that a wrong address is told at once. */
  async open(): Promise<void> {
    this.#adopt(await openConnection(this.#options, this.#closing.signal));
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  submit(request: Request): void {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) request.fail(refusal);
    else if (this.#connection?.alive) this.#connection.send(request);
    else this.#waiting.add(request);
  }

  /** Takes back a request that was not sent yet. */
  withdraw(request: Request): boolean {
    return this.#waiting.remove(request) || (this.#connection?.withdraw(request) ?? false);
  }

  /** Ends everything: what is under way or waiting rejects with `CLOSED`. */
  async close(): Promise<void> {
    const closed = new CandadoError('CLOSED', 'the client was closed');
    this.#closing.abort(closed);
    for (const request of this.#waiting.takeAll()) request.fail(closed);
    const connection = this.#connection;
    connection?.destroy(closed);
    await connection?.ended;
  }

  #refusal(request: Request): Error | undefined {
    if (this.#closing.signal.aborted) return new CandadoError('CLOSED', 'the client was closed');
    if (request.boundTo !== undefined && request.boundTo !== this.#connection) {
      return new LockLost('the connection that held this lock is gone');
    }
    if ((this.#connection?.load ?? 0) + this.#waiting.size >= this.#options.maxQueuedRequests) {
      const most = this.#options.maxQueuedRequests;
      return new CandadoError('QUEUEFULL', `${most} requests are under way already`);
    }
    return undefined;
  }

  #adopt(connection: Connection): void {
    this.#connection = connection;
    void connection.ended.then((ended) => this.#onEnded(connection, ended));
    this.#events.connected(connection);
    for (const request of this.#waiting.takeAll()) this.submit(request);
  }

  #onEnded(connection: Connection, ended: Ended): void {
    this.#connection = undefined;
    this.#lastError = ended.error;
    this.#events.lost(connection, ended.error);
    const closing = this.#closing.signal.aborted;
    const repeated: Request[] = [];
    for (const request of ended.inFlight) {
      if (closing) request.fail(ended.error);
      else if (!request.repeatable) request.fail(lost(request, ended));
      else if (unreadable(request, ended)) request.fail(ended.error);
      else repeated.push(request);
    }
    for (const request of [...repeated, ...ended.unsent]) this.submit(request);
    if (!closing) void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing;
    const limits = {
      minMs: this.#options.reconnectMinDelayMs,
      maxMs: this.#options.reconnectMaxDelayMs,
    };
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await delay(backoffDelayMs(attempt, limits, Math.random()), undefined, { signal });
        const connection = await openConnection(this.#options, signal);
        // Closed in the very moment it was made: nobody is left to use it.
        if (signal.aborted) connection.destroy(signal.reason);
        else this.#adopt(connection);
        return;
      } catch (error) {
        this.#lastError = error instanceof Error ? error : new Error(String(error));
      }
    }
  }

  #notReached(): Unreachable {
    const { host, port, retryDeadlineMs } = this.#options;
    const why = this.#lastError === undefined ? '' : `: ${this.#lastError.message}`;
    return new Unreachable(
      `${host}:${port} could not be reached within ${retryDeadlineMs} ms${why}`,
      { cause: this.#lastError },
    );
  }
}

/** Whether it is this request's answer that was not understood: the next would be no better. */
function unreadable(request: Request, { error, inFlight }: Ended): boolean {
  return error instanceof ProtocolError && inFlight[0] === request;
}

function lost(request: Request, { error }: Ended): ConnectionLost {
  return new ConnectionLost(`whether ${request.command} took effect is unknown: ${error.message}`, {
    cause: error,
  });
}
