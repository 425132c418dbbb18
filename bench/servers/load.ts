import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Does what `native/load.c` does, and takes the same arguments, where there is no C compiler. Slower, so
 * ratios come out nearer to one; the same for all who are compared.
 */
const [
  ports = '',
  connections = '',
  pipeline = '',
  requests = '',
  hex = '',
  kind = '',
  count = '',
] = process.argv.slice(2);

const NEWLINE = 0x0a;
const MINUS = 0x2d;
const batchCount = Number(count) * Number(pipeline);
const batch = Buffer.concat(
  Array.from({ length: Number(pipeline) }, () => Buffer.from(hex, 'hex')),
);
const batches = Math.floor(Number(requests) / Number(pipeline));
const took = new Float64Array(batches);
const portList = ports.split(',').map(Number);
let taken = 0;
let toSend = batches;
const done = Promise.withResolvers<void>();

const sockets = await Promise.all(
  Array.from({ length: Number(connections) }, (_, at) =>
    opened(portList[at % portList.length] ?? 0),
  ),
);
const beganMs = performance.now();
sockets.forEach(keepBusy);
await done.promise;
const seconds = (performance.now() - beganMs) / 1_000;
for (const socket of sockets) socket.destroy();
took.sort();
const usAt = (share: number): number => (took[Math.floor(taken * share)] ?? 0) * 1_000;
process.stdout.write(`${JSON.stringify({ seconds, p50Us: usAt(0.5), p99Us: usAt(0.99) })}\n`);

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function keepBusy(socket: Socket): void {
  let left = 0;
  let sentMs = 0;
  const send = (): void => {
    if (toSend === 0) return;
    toSend -= 1;
    left = batchCount;
    sentMs = performance.now();
    socket.write(batch);
  };
  socket.on('data', (bytes: Buffer) => {
    if (left === batchCount && bytes[0] === MINUS) {
      process.stderr.write(`load: answered ${bytes.toString()}`);
      process.exit(1);
    }
    left -= kind === 'lines' ? linesIn(bytes) : bytes.length;
    if (left > 0) return;
    took[taken] = performance.now() - sentMs;
    taken += 1;
    if (taken === batches) done.resolve();
    send();
  });
  socket.on('error', done.reject);
  send();
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (const byte of bytes) if (byte === NEWLINE) lines += 1;
  return lines;
}
