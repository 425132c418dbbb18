import { createReadStream } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/** What a server of files on Node's own streams is: for each request it opens, reads and closes. */
const [path = '', size = '', port = ''] = process.argv.slice(2);

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.on('data', () => answer(socket));
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'));

function answer(socket: Socket): void {
  socket.cork();
  socket.write(`$${size}\r\n`);
  const file = createReadStream(path);
  file.pipe(socket, { end: false });
  file.once('end', () => {
    socket.write('\r\n');
    socket.uncork();
  });
}
