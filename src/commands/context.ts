import type { Subscriber } from '../events/subscriber.js';
import type { Session } from '../sessions/session.js';
import type { Reply } from './reply.js';

/** What a command may know of, and do to, the connection it came through. */
export interface CommandContext {
  readonly session: Session;
  readonly connection: ConnectionHandle;
  /** From now on the connection is `session`'s; its own, which holds nothing, ends. */
  adopt(session: Session): void;
}

/** A connection as commands see it. */
export interface ConnectionHandle extends Subscriber {
  /** Rises with every connection of this process. */
  readonly id: number;
  /** `address:port` of the client, as told by a PROXY header where there is one. */
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly dialect: 'resp' | 'text';
  /** RESP version; 2 until `HELLO 3`. */
  protocol: 2 | 3;
  /** Set by `CLIENT SETNAME` or `HELLO … SETNAME`; empty until then. */
  clientName: string;
  libraryName: string;
  libraryVersion: string;
  /** Milliseconds on the monotonic clock. */
  readonly openedAtMs: number;
  readonly lastCommandAtMs: number;
  readonly lastCommand: string;
  /**
   * A message that nobody asked for, whose first item names its kind. Only a RESP3 connection gets
   * it, between two replies; for any other it is dropped.
   */
  push(items: readonly Reply[]): void;
  /** Cuts the connection; settles once nothing of it is under way any more. */
  end(): Promise<void>;
  /** Aborted when the connection is gone or its wait is to be ended. */
  readonly signal: AbortSignal;
}
