import { createServer } from 'node:net';

/**
 * The floor under any server on Node's own sockets: as many replies as requests of this length have
 * come, without looking at a byte. It knows no clock, no errors, no limits, no slow readers.
 */
const [port = ''] = process.argv.slice(2);
const REQUEST_BYTES = Buffer.byteLength('*1\r\n$4\r\nTIME\r\n');
const REPLY = Buffer.from('*2\r\n$10\r\n1700000000\r\n$6\r\n123456\r\n');

createServer({ noDelay: true }, (socket) => {
  let rest = 0;
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    const total = rest + bytes.length;
    const requests = Math.floor(total / REQUEST_BYTES);
    rest = total % REQUEST_BYTES;
    if (requests === 1) socket.write(REPLY);
    else if (requests > 1) socket.write(Buffer.concat(new Array(requests).fill(REPLY)));
  });
}).listen(Number(port), '127.0.0.1', 1_024, () => process.stdout.write('listening\n'));
