import { createServer } from 'node:net';

/**
 * The floor under any server that speaks RESP on Node's own sockets: it reads what a request says, looks
 * at the clock, and answers all that came at once with one write. It knows no other command, no errors,
 * no limits, no slow readers, and nobody learns what it does.
 */
const [port = ''] = process.argv.slice(2);

createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (text: string) => {
    const input = rest === '' ? text : rest + text;
    let [at, replies] = [0, ''];
    for (let next = endOf(input, at); next > 0; next = endOf(input, at)) {
      if (input.slice(next - 6, next - 2) !== 'TIME') throw new Error('the floor knows TIME only');
      replies += time();
      at = next;
    }
    rest = input.slice(at);
    if (replies !== '') socket.write(replies, 'latin1');
  });
}).listen(Number(port), '127.0.0.1', 1_024, () => process.stdout.write('listening\n'));

/** Where the request that begins at `from` ends; 0 where not all of it is there. */
function endOf(input: string, from: number): number {
  const line = input.indexOf('\r\n', from);
  if (line < 0) return 0;
  let at = line + 2;
  for (let parts = Number(input.slice(from + 1, line)); parts > 0; parts--) {
    const length = input.indexOf('\r\n', at);
    if (length < 0) return 0;
    at = length + 2 + Number(input.slice(at + 1, length)) + 2;
    if (at > input.length) return 0;
  }
  return at;
}

function time(): string {
  const micros = Math.round((performance.timeOrigin + performance.now()) * 1_000);
  const [seconds, part] = [Math.floor(micros / 1_000_000), String(micros % 1_000_000)];
  return `*2\r\n$10\r\n${seconds}\r\n$${part.length}\r\n${part}\r\n`;
}
