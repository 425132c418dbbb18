import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

const CR = 0x0d;
const NEWLINE = 0x0a;

/**
 * The leanest client that can be: it encodes requests, and finds the first line of each reply and
 * where the reply ends. What is measured shall be the server.
 */
export class RespConnection {
  readonly #waiting: ((firstLine: string) => void)[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #firstLine = '';
  #partsLeft = 1;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#received(bytes));
  }

  static async open(port: number): Promise<RespConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RespConnection(socket);
  }

  /** @param authority who signed the server's certificate */
  static async openSecurely(port: number, authority: string): Promise<RespConnection> {
    const socket = connectSecurely({ host: '127.0.0.1', port, ca: authority });
    await once(socket, 'secureConnect');
    return new RespConnection(socket);
  }

  /** @returns the first line of the reply, its type in front; rejects if that is an error */
  call(...words: readonly string[]): Promise<string> {
    const encoded = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    const reply = new Promise<string>((resolve) => this.#waiting.push(resolve));
    this.socket.write(`*${words.length}\r\n${encoded}`);
    return reply.then((line) => {
      if (line.startsWith('-')) throw new Error(`${words[0]} was answered ${line}`);
      return line;
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #received(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      if (end < 1 || this.#rest[end - 1] !== CR) return;
      const line = this.#rest.toString('latin1', 0, end - 1);
      const length = line.startsWith('$') ? Number(line.slice(1)) : -1;
      const used = end + 1 + (length >= 0 ? length + 2 : 0);
      if (this.#rest.length < used) return;
      this.#rest = this.#rest.subarray(used);
      this.#part(line);
    }
  }

  /** One line, with the bytes that it announces. */
  #part(line: string): void {
    if (this.#firstLine === '') this.#firstLine = line;
    this.#partsLeft -= 1;
    if (line.startsWith('*')) this.#partsLeft += Math.max(0, Number(line.slice(1)));
    if (this.#partsLeft > 0) return;
    const first = this.#firstLine;
    this.#firstLine = '';
    this.#partsLeft = 1;
    this.#waiting.shift()?.(first);
  }
}
