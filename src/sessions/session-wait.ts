import { LEAVE_PLACE } from '../locks/lock-table.js';
import type { WaitEnd } from './wait-end.js';

/** A kept session's wait for a lock: it goes on when its connection is lost. */
export class SessionWait {
  readonly #table = new AbortController();
  readonly #left = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  readonly #forget: () => void;

  /** @param connection aborted with a {@link WaitEnd} */
  constructor(connection: AbortSignal) {
    const onAbort = (): void => {
      const reason = connection.reason as WaitEnd;
      if (reason === 'left') this.#left.resolve();
      // The session goes on at another replica, in the same place.
      else this.#table.abort(reason === 'draining' ? LEAVE_PLACE : reason);
    };
    connection.addEventListener('abort', onAbort, { once: true });
    this.#forget = () => connection.removeEventListener('abort', onAbort);
  }

  /** For the table: ends the wait itself. */
  get signal(): AbortSignal {
    return this.#table.signal;
  }

  /** The connection is gone: nobody hears how the wait ends. */
  get left(): Promise<void> {
    return this.#left.promise;
  }

  over(): void {
    this.#forget();
    this.#over.resolve();
  }

  /** Ends it; settles once what became of it is known to the session. */
  async end(how: 'leave-place' | 'give-up'): Promise<void> {
    this.#table.abort(how === 'leave-place' ? LEAVE_PLACE : how);
    await this.#over.promise;
  }
}
