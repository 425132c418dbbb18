import type { ConnectionHandle } from './context.js';

/** The open connections of this process. */
export abstract class ConnectionDirectory {
  abstract all(): Iterable<ConnectionHandle>;
  abstract get(id: number): ConnectionHandle | undefined;
  /** Ends the wait of a connection's command; false if there is no such connection or no wait. */
  abstract unblock(id: number): boolean;
}
