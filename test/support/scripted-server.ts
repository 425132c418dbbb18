import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { RequestParser } from './request-parser.js';

/** One request as it came: the command's name in upper case, its arguments as text. */
export interface Seen {
  readonly command: string;
  readonly args: readonly string[];
  readonly raw: readonly Buffer[];
  readonly socket: Socket;
}

/** What goes back: bytes of RESP as they are, or nothing (yet). */
export type Answer = (seen: Seen) => string | Buffer | undefined;

export const HELLO_REPLY = '%1\r\n$5\r\nproto\r\n:3\r\n';

/** A RESP server that answers what the test says, and remembers what it was asked. */
export class ScriptedServer implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly sockets = new Set<Socket>();
  /** How many connections there ever were. */
  connections = 0;
  readonly #events = new EventEmitter();
  readonly #server: Server;

  private constructor(answers: Readonly<Record<string, Answer>>) {
    this.#events.setMaxListeners(0);
    this.#server = createServer((socket) => this.#serve(socket, answers));
  }

  /** @param answers by command; `HELLO` is answered by itself if it is not among them */
  static async start(answers: Readonly<Record<string, Answer>> = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer({ HELLO: () => HELLO_REPLY, ...answers });
    await server.listen(0);
    return server;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * What was asked, without the handshake and SESSION. The random ids of changes are numbered in
   * the order in which they came first: `ID #1`.
   */
  get requests(): readonly string[] {
    const ids: string[] = [];
    return this.seen
      .filter(({ command }) => command !== 'HELLO' && command !== 'SESSION')
      .map(({ command, args }) =>
        [command, ...args].join(' ').replace(/ ID ([0-9a-f-]{36})$/, (_, id: string) => {
          if (!ids.includes(id)) ids.push(id);
          return ` ID #${ids.indexOf(id) + 1}`;
        }),
      );
  }

  /** Resolves with the `nth` request of that name, whether it came already or comes later. */
  async request(command: string, nth = 1): Promise<Seen> {
    for (;;) {
      const found = this.seen.filter((seen) => seen.command === command)[nth - 1];
      if (found !== undefined) return found;
      await once(this.#events, 'request');
    }
  }

  /** Cuts every connection; new ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Cuts every connection and refuses new ones, until {@link listen}. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  #serve(socket: Socket, answers: Readonly<Record<string, Answer>>): void {
    this.connections += 1;
    this.sockets.add(socket);
    const parser = new RequestParser();
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const [name = Buffer.alloc(0), ...args] of parser.feed(chunk)) {
        const command = name.toString().toUpperCase();
        const seen = { command, args: args.map(String), raw: args, socket };
        this.seen.push(seen);
        const answer = answers[command] ?? (() => `-ERR the script knows no ${command}\r\n`);
        const bytes = answer(seen);
        if (bytes !== undefined) socket.write(bytes);
        this.#events.emit('request');
      }
    });
  }
}
