import { setTimeout as delay } from 'node:timers/promises';
import { CandadoError, ConnectionLost, ProtocolError, Unreachable } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { backoffDelayMs } from './backoff.js';
import type { Connection, Ended, OnPush } from './connection.js';
import { openConnection } from './open.js';
import type { Request } from './request.js';
import { WaitingRequests } from './waiting-requests.js';

/** What its owner hears of a link, and has to say about it. */
export interface LinkEvents {
  /** Called before any request hears of it. */
  lost(error: Error): void;
  /** The end of every handshake but the first; if it rejects, another connection is made. */
  greet(connection: Connection): Promise<void>;
  connected(): void;
  pushed: OnPush;
}

/**
 * How long a good-bye may take. It is one exchange; where it takes longer, the server finds out by
 * itself.
 */
const FAREWELL_MS = 1_000;

/**
 * One connection that is made again whenever it breaks, until {@link close}. What had been sent
 * and not answered is asked again if that is safe, and rejected as {@link ConnectionLost} if not.
 */
export class Link {
  readonly #options: ClientOptions;
  readonly #events: LinkEvents;
  readonly #waiting: WaitingRequests;
  readonly #sentBefore = new WeakSet<Request>();
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #lastError: Error | undefined;

  constructor(options: ClientOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#waiting = new WaitingRequests(options.retryDeadlineMs, (request) => {
      const error = this.#notReached();
      request.fail(this.#sentBefore.has(request) ? outcome(request, error) : error);
    });
  }

  /** The first connection: tried once, so that a wrong address is told at once. */
  async open(): Promise<void> {
    const { signal } = this.#closing;
    this.#adopt(await openConnection(this.#options, { signal, onPush: this.#events.pushed }));
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

  /** Takes back a request that waits to be sent (again). */
  withdraw(request: Request): boolean {
    return this.#waiting.remove(request) || (this.#connection?.withdraw(request) ?? false);
  }

  /** What waits for a connection may have lost its sense. */
  recheck(): void {
    for (const request of this.#waiting.requests) {
      const refusal = request.refusal?.(this.#sentBefore.has(request));
      if (refusal !== undefined && this.#waiting.remove(request)) request.fail(refusal);
    }
  }

  /**
   * Ends everything: what is under way or waiting rejects with `CLOSED`.
   * @param farewell whether the server keeps something for this client, and has to be told; if
   *   that cannot be done on this connection, then on one more, which is greeted first
   */
  async close(farewell: () => boolean): Promise<void> {
    const closed = new CandadoError('CLOSED', 'the client was closed');
    const first = !this.#closing.signal.aborted;
    this.#closing.abort(closed);
    for (const request of this.#waiting.takeAll()) request.fail(closed);
    const connection = this.#connection;
    const told = first && farewell() && (await connection?.leave(closed, FAREWELL_MS)) === true;
    connection?.destroy(closed);
    await connection?.ended;
    if (first && !told && farewell()) await this.#returnToLeave(closed);
  }

  async #returnToLeave(closed: Error): Promise<void> {
    try {
      const connection = await openConnection(this.#options, {
        signal: AbortSignal.timeout(FAREWELL_MS),
        greet: (made) => this.#events.greet(made),
      });
      await connection.leave(closed, FAREWELL_MS);
      connection.destroy(closed);
      await connection.ended;
    } catch {
      // Nobody is there to be told: what is kept there ends by itself.
    }
  }

  #refusal(request: Request): Error | undefined {
    if (this.#closing.signal.aborted) return new CandadoError('CLOSED', 'the client was closed');
    if ((this.#connection?.load ?? 0) + this.#waiting.size >= this.#options.maxQueuedRequests) {
      const most = this.#options.maxQueuedRequests;
      return new CandadoError('QUEUEFULL', `${most} requests are under way already`);
    }
    return request.refusal?.(this.#sentBefore.has(request));
  }

  #adopt(connection: Connection): void {
    this.#connection = connection;
    void connection.ended.then((ended) => this.#onEnded(ended));
    this.#events.connected();
    for (const request of this.#waiting.takeAll()) this.submit(request);
  }

  #onEnded(ended: Ended): void {
    this.#connection = undefined;
    this.#lastError = ended.error;
    const closing = this.#closing.signal.aborted;
    const again: Request[] = [];
    for (const request of ended.inFlight) {
      this.#sentBefore.add(request);
      if (closing) request.fail(ended.error);
      else if (!request.repeatable) request.fail(outcome(request, ended.error));
      else if (unreadable(request, ended)) request.fail(ended.error);
      else again.push(request);
    }
    if (closing) {
      for (const request of ended.unsent) request.fail(ended.error);
    } else {
      // Before anybody hears of it: what is called then must not get in front of these.
      this.#waiting.putBack([...again, ...ended.unsent]);
    }
    this.#events.lost(ended.error);
    this.recheck();
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
        const connection = await openConnection(this.#options, {
          signal,
          onPush: this.#events.pushed,
          greet: (made) => this.#events.greet(made),
        });
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

/** What the loss of a request's answer is to whoever waits for it. */
function outcome(request: Request, cause: Error): Error {
  const { command, lossAdvice, repeatable } = request;
  // Asking again was safe, so nothing that lasts can have happened.
  if (repeatable && lossAdvice === undefined) return cause;
  const advice = lossAdvice === undefined ? '' : `; ${lossAdvice}`;
  return new ConnectionLost(
    `whether ${command} took effect is unknown: ${cause.message}${advice}`,
    { cause },
  );
}
