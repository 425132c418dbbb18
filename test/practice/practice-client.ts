import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const ANSWER_WITHIN_MS = 5_000;

/** What the course's clients send at a time. */
export const PIECE_BYTES = 20;

/** A client as the practice course writes them: a plain socket, no frames, one answer a message. */
export class PracticeClient {
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  static async connect(port: number): Promise<PracticeClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    await once(socket, 'connect');
    return new PracticeClient(socket);
  }

  send(message: string | Buffer): void {
    this.socket.write(message);
  }

  /** The whole message, a piece a write. */
  sendInPieces(message: string): void {
    for (let at = 0; at < message.length; at += PIECE_BYTES) {
      this.send(message.slice(at, at + PIECE_BYTES));
    }
  }

  /** Sends a message and reads an answer as long as `expected`, whatever it says. */
  async ask(message: string | Buffer, expected: string): Promise<string> {
    this.send(message);
    return await this.receive(Buffer.byteLength(expected));
  }

  /** Exactly so many bytes. */
  async receive(length: number): Promise<string> {
    await this.#until(() => this.#received.length >= length || this.#ended);
    const answer = this.#received.subarray(0, length).toString();
    this.#received = this.#received.subarray(length);
    return answer;
  }

  /** Everything until the server closes the connection. */
  async receiveToEnd(): Promise<string> {
    await this.#until(() => this.#ended);
    const answer = this.#received.toString();
    this.#received = Buffer.alloc(0);
    return answer;
  }

  /** Says that nothing more will be sent; reads what is answered to the end. */
  async finish(): Promise<string> {
    this.socket.end();
    return await this.receiveToEnd();
  }

  /** Cuts the connection. */
  close(): void {
    this.socket.destroy();
  }

  async #until(condition: () => boolean): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, ANSWER_WITHIN_MS);
    try {
      while (!condition()) {
        if (late) throw new Error(`no such answer in time; so far: "${this.#received}"`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
