import type { ConnectionHandle } from '../../context.js';

/**
 * One connection as `CLIENT INFO` and `CLIENT LIST` show it: Redis's fields, as far as there is
 * something to say, and no others, for some clients stumble over fields they do not know.
 * @param nowMs monotonic milliseconds
 */
export function describe(connection: ConnectionHandle, nowMs: number): string {
  const fields: readonly (readonly [string, string | number])[] = [
    ['id', connection.id],
    ['addr', connection.remoteAddress],
    ['laddr', connection.localAddress],
    ['name', connection.clientName],
    ['age', wholeSeconds(nowMs - connection.openedAtMs)],
    ['idle', wholeSeconds(nowMs - connection.lastCommandAtMs)],
    ['flags', isSubscribed(connection) ? 'P' : 'N'],
    ['db', 0],
    ['sub', connection.subscriptions.channels.size],
    ['psub', connection.subscriptions.patterns.size],
    ['ssub', 0],
    ['multi', -1],
    ['cmd', connection.lastCommand === '' ? 'NULL' : shownCommand(connection.lastCommand)],
    ['user', 'default'],
    ['redir', -1],
    ['resp', connection.protocol],
    ['lib-name', connection.libraryName],
    ['lib-ver', connection.libraryVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** What Redis sorts apart from normal connections, as `PUBSUB`. */
export function isSubscribed({ subscriptions }: ConnectionHandle): boolean {
  return subscriptions.count > 0;
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

/** It may be anything a client sent as a command's name. */
function shownCommand(name: string): string {
  return name
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^\x21-\x7e]/g, '?');
}
