import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** Longer than any answer takes that a test here waits for. */
const LIMIT_MS = 10_000;

/** A connection that speaks the text dialect. */
export const dial = async (host: string, port: number): Promise<Socket> => {
  const socket = connect({ host, port, timeout: LIMIT_MS });
  socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
  await once(socket, 'connect');
  return socket;
};

/** All that comes back for these lines, on a connection of its own that then ends. */
export const ask = async (host: string, port: number, ...lines: string[]): Promise<string> => {
  const socket = await dial(host, port);
  socket.end(lines.map((line) => `${line}\n`).join(''));
  return await text(socket);
};
