import type { ConnectionHandle } from '../context.js';
import { failure, type Reply } from '../reply.js';

/** What a RESP2 client can tell from a message while it is subscribed. */
const ALLOWED = new Set([
  'PING',
  'PSUBSCRIBE',
  'PUNSUBSCRIBE',
  'QUIT',
  'RESET',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
]);

/** Whether a connection is in the state in which RESP2 knows messages and few replies. */
export function onlyListens({ protocol, subscriptions }: ConnectionHandle): boolean {
  return protocol === 2 && subscriptions.count > 0;
}

/** Begins as Redis's own sentence does. */
export function refusedWhileSubscribed(
  name: string,
  connection: ConnectionHandle,
): Reply | undefined {
  if (!onlyListens(connection) || ALLOWED.has(name)) return undefined;
  return failure(
    'ERR',
    `Can't execute '${name.toLowerCase()}': only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context; on another connection, or one that said HELLO 3, everything is`,
  );
}
