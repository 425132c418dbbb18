import { connect, type Socket } from 'node:net';
import { CandadoError, ConnectionLost, Unreachable } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { Call } from './call.js';
import { Connection } from './connection.js';

/** Before the platform asks a silent peer whether it is still there. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Connects and shakes hands: RESP3, or RESP2 where the server refuses it.
 *
 * Throws {@link Unreachable} if that cannot be done within `connectTimeoutMs`, and what the server
 * said if it refused the connection.
 */
export async function openConnection(
  options: ClientOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(options.connectTimeoutMs)]);
  const cut = (): void => {
    socket.destroy(new Error(`no answer within ${options.connectTimeoutMs} ms`));
  };
  giveUp.addEventListener('abort', cut);
  try {
    await connected(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const connection = new Connection(socket, options);
    await shakeHands(connection, options.clientName);
    return connection;
  } catch (error) {
    socket.destroy();
    if (error instanceof CandadoError && !(error instanceof ConnectionLost)) throw error;
    throw unreachable(options, error);
  } finally {
    giveUp.removeEventListener('abort', cut);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

async function shakeHands(connection: Connection, clientName: string): Promise<void> {
  const name = clientName === '' ? [] : ['SETNAME', clientName];
  try {
    await hello(connection, 'HELLO', ['3', ...name]);
  } catch (error) {
    if (!(error instanceof CandadoError) || !['NOPROTO', 'ERR'].includes(error.code)) throw error;
    if (clientName !== '') await hello(connection, 'CLIENT', ['SETNAME', clientName]);
  }
}

async function hello(connection: Connection, command: string, args: string[]): Promise<void> {
  const call = new Call({ command, args, parse: () => undefined });
  // Until the connection is handed over nobody else hears of its end.
  void connection.ended.then(({ error }) => call.fail(error));
  connection.send(call);
  await call.promise;
}

function unreachable(options: ClientOptions, cause: unknown): Unreachable {
  // Where a name has several addresses, the error that tells of all of them has no message.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const reason = first instanceof Error ? first.message : String(first);
  return new Unreachable(`cannot connect to ${options.host}:${options.port}: ${reason}`, { cause });
}
