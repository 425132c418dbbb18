import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-codes.js';
import { type Target, unreachable } from './explain.js';

export interface HelloExchange {
  readonly sentPieces: number;
  readonly receivedPieces: number;
  readonly reply: string;
}

export interface HelloWish {
  readonly message: string;
  /** Most bytes of one write and of one read. */
  readonly mtu: number;
  /** How long to wait for the connection, and for anything to arrive. */
  readonly timeoutMs: number;
}

/** A reply that is longer than this is none to a greeting. */
const MAX_REPLY_BYTES = 1024 * 1024;

/**
 * Says something in the text dialect, a few bytes at a time, and hears the reply the same way. The
 * end of the message is told by closing this direction, the end of the reply by the server's.
 */
export async function exchangeHello(target: Target, wish: HelloWish): Promise<HelloExchange> {
  const socket = connect({ ...target, noDelay: true });
  try {
    await connected(socket, target, wish.timeoutMs);
    const sentPieces = await send(socket, Buffer.from(wish.message), wish.mtu);
    const pieces = await receive(socket, wish);
    const reply = Buffer.concat(pieces).toString('utf8');
    return { sentPieces, receivedPieces: pieces.length, reply };
  } finally {
    socket.destroy();
  }
}

async function connected(socket: Socket, target: Target, timeoutMs: number): Promise<void> {
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const message = `cannot connect to ${target.host}:${target.port}`;
    throw new CliError(ExitCode.unavailable, unreachable(message, error, target));
  }
}

async function send(socket: Socket, message: Buffer, mtu: number): Promise<number> {
  let pieces = 0;
  for (let at = 0; at < message.length; at += mtu) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.write(message.subarray(at, at + mtu), (error) => (error ? reject(error) : resolve()));
    await promise;
    pieces += 1;
  }
  socket.end();
  return pieces;
}

/** Pieces of `mtu` bytes, and a last one of what is left. */
async function receive(socket: Socket, { mtu, timeoutMs }: HelloWish): Promise<Buffer[]> {
  socket.setTimeout(timeoutMs, () => {
    socket.destroy(new CliError(ExitCode.unavailable, `no whole reply within ${timeoutMs} ms`));
  });
  const pieces: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= mtu; rest = rest.subarray(mtu)) pieces.push(rest.subarray(0, mtu));
    if (pieces.length * mtu > MAX_REPLY_BYTES) {
      throw new CliError(ExitCode.fault, 'the reply does not end: is that a Candado server?');
    }
  }
  return rest.length > 0 ? [...pieces, rest] : pieces;
}
