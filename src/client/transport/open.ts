import { connect, type Socket } from 'node:net';
import { CandadoError, ConnectionLost, Unreachable } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { Call } from './call.js';
import { Connection, type OnPush } from './connection.js';

/** How a connection is made, beyond the options. */
export interface Opening {
  /** Gives it up. */
  readonly signal: AbortSignal;
  readonly onPush?: OnPush;
  /** What else belongs to the handshake; if it rejects, the connection is not used. */
  readonly greet?: (connection: Connection) => Promise<void>;
}

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
  { signal, onPush = () => undefined, greet }: Opening,
): Promise<Connection> {
  return await withinConnectTimeout(options, signal, async (socket) => {
    const connection = new Connection(socket, options, onPush);
    await shakeHands(connection, options.clientName);
    await greet?.(connection);
    return connection;
  });
}

/** Connects; whatever goes wrong until `use` is through cuts the socket. */
export async function withinConnectTimeout<T>(
  options: ClientOptions,
  signal: AbortSignal,
  use: (socket: Socket) => Promise<T>,
): Promise<T> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(options.connectTimeoutMs)]);
  const cut = (): void => {
    socket.destroy(new Error(`no answer within ${options.connectTimeoutMs} ms`));
  };
  giveUp.addEventListener('abort', cut);
  try {
    await connected(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return await use(socket);
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
  await ask(connection, new Call({ command, args, parse: () => undefined }));
}

/** Asks on a connection that was not handed over yet: nobody else hears of its end. */
export async function ask<T>(connection: Connection, call: Call<T>): Promise<T> {
  void connection.ended.then(({ error }) => call.fail(error));
  connection.send(call);
  return await call.promise;
}

function unreachable(options: ClientOptions, cause: unknown): Unreachable {
  // Where a name has several addresses, the error that tells of all of them has no message.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const reason = first instanceof Error ? first.message : String(first);
  return new Unreachable(`cannot connect to ${options.host}:${options.port}: ${reason}`, { cause });
}
