import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A plain socket that keeps what it is sent, for tests of bytes. */
export class RawClient {
  #received = '';
  #closed = false;
  readonly #changes: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: string) => {
      this.#received += chunk;
      this.#changed();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#changed();
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  get received(): string {
    return this.#received;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Resolves with everything received once that fulfils the condition, or the peer has closed. */
  async until(condition: (received: string) => boolean): Promise<string> {
    while (!condition(this.#received) && !this.#closed) {
      await new Promise<void>((resolve) => this.#changes.push(resolve));
    }
    return this.#received;
  }

  /** Resolves with everything received once the peer has closed. */
  untilClosed(): Promise<string> {
    return this.until(() => false);
  }

  close(): void {
    this.socket.destroy();
  }

  #changed(): void {
    for (const change of this.#changes.splice(0)) change();
  }
}

/** A RESP request. */
export function request(...args: readonly (string | Buffer)[]): string {
  const bulks = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${String(arg)}\r\n`);
  return `*${args.length}\r\n${bulks.join('')}`;
}
