import { connect, type Socket } from 'node:net';

/** One connection that passes through here, and can be held up or broken on its way. */
export class Wire {
  readonly #outer: Socket;
  #inner: Socket | undefined;
  #held = false;
  #replyBytesLeft: number | undefined;

  /** @param outer of whoever connected; open at both ends until told */
  constructor(
    outer: Socket,
    private readonly onEnd: () => void,
  ) {
    this.#outer = outer;
    outer.on('error', () => this.#broken());
    outer.on('close', () => this.#broken());
    outer.pause();
  }

  get over(): boolean {
    return this.#outer.destroyed;
  }

  /** Goes on to the port where the other side listens. */
  lead(port: number): void {
    const inner = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.#inner = inner;
    inner.setNoDelay(true);
    this.#outer.setNoDelay(true);
    inner.on('error', () => this.#broken());
    inner.on('close', () => this.#broken());
    this.#pass(this.#outer, inner, (bytes) => bytes);
    this.#pass(inner, this.#outer, (bytes) => this.#cutReply(bytes));
    this.#flow();
  }

  /** What is under way, in both directions, waits here. */
  hold(): void {
    this.#held = true;
    this.#outer.pause();
    this.#inner?.pause();
  }

  release(): void {
    this.#held = false;
    // Where one side ended meanwhile the other hears of it only now.
    if (this.#outer.destroyed || this.#inner?.destroyed === true) this.break();
    else this.#flow();
  }

  break(): void {
    this.#outer.destroy();
    this.#inner?.destroy();
    this.onEnd();
  }

  /** Breaks after that many more bytes of answers. */
  breakInReply(bytes: number): void {
    this.#replyBytesLeft ??= bytes;
  }

  #flow(): void {
    if (this.#held || this.#inner === undefined) return;
    this.#outer.resume();
    this.#inner.resume();
  }

  #pass(from: Socket, to: Socket, change: (bytes: Buffer) => Buffer): void {
    from.on('data', (bytes: Buffer) => {
      const passed = change(bytes);
      if (!to.destroyed && !to.write(passed)) from.pause();
      if (this.#replyBytesLeft === 0) this.break();
    });
    to.on('drain', () => this.#flow());
    from.on('end', () => to.end());
  }

  #cutReply(bytes: Buffer): Buffer {
    if (this.#replyBytesLeft === undefined) return bytes;
    const passed = bytes.subarray(0, this.#replyBytesLeft);
    this.#replyBytesLeft -= passed.length;
    return passed;
  }

  /** Nobody behind a network that is cut hears of it. */
  #broken(): void {
    if (!this.#held) this.break();
  }
}
