import { once } from 'node:events';
import { connect } from 'node:net';

/** Silence after which a reply is over. */
const QUIET_MS = 200;

/** How many bytes a server answers to a request; all its replies to that are as long. */
export async function replyLength(
  port: number,
  request: string,
  expected: string,
): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.setTimeout(QUIET_MS, resolve);
  socket.on('error', reject);
  socket.on('data', (bytes: Buffer) => {
    answer += bytes.toString('latin1');
  });
  socket.write(request);
  await promise;
  socket.destroy();
  if (!answer.startsWith(expected)) throw new Error(`answered ${answer.slice(0, 80)}`);
  return answer.length;
}
