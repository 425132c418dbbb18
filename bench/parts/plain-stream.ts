import { createReadStream } from 'node:fs';
import { createServer } from 'node:net';

/** What a content is compared with: Node's own streams, from a file to whoever connects. */
const [path = '', port = ''] = process.argv.slice(2);

createServer((socket) => {
  socket.on('error', () => undefined);
  createReadStream(path).pipe(socket);
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));
