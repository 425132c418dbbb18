import type { Socket } from 'node:net';
import type { Content } from '../commands/reply.js';
import { ReplyWriter } from '../dialects/dialect.js';
import { REPLY_BATCH_BYTES } from './limits.js';

/** Up to this size parts are copied into one buffer, which is cheaper than a write of many. */
const JOIN_BYTES = 4 * 1024;

/** Who is told of what is written. */
export interface WriterEvents {
  /** So many bytes were handed to the socket. */
  onSent(bytes: number): void;
  /** The client caught up after it was behind. */
  onDrain(): void;
  /** A content broke off, and the connection with it. */
  onContentFailed(error: unknown): void;
}

/**
 * Collects replies and hands them to the socket in as few writes as possible. Honours the socket's
 * back-pressure while it streams a content.
 */
export class SocketWriter extends ReplyWriter {
  /** Text that follows {@link #parts}. */
  #text = '';
  #parts: (string | Buffer)[] = [];
  #partsBytes = 0;
  #streaming: Promise<void> | undefined;
  #closing = false;
  /** Listens to it: few clients are ever behind. */
  #heedsDrain = false;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly events: WriterEvents,
  ) {
    super();
  }

  /** Whether the client is behind with reading: nothing more should be made for it now. */
  get backpressured(): boolean {
    return this.socket.writableNeedDrain;
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** Resolves once a content that is being streamed has been handed on whole. */
  get streaming(): Promise<void> | undefined {
    return this.#streaming;
  }

  override text(text: string): void {
    if (this.#closing) return;
    this.#text += text;
    if (this.#text.length >= REPLY_BATCH_BYTES) this.flush();
  }

  override bytes(bytes: Buffer): void {
    if (this.#closing) return;
    if (this.#text !== '') {
      this.#parts.push(this.#text);
      this.#partsBytes += this.#text.length;
      this.#text = '';
    }
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
    if (this.#partsBytes >= REPLY_BATCH_BYTES) this.flush();
  }

  override content(content: Content, tail: (lastByte: number | undefined) => string): void {
    if (content.whole !== undefined) {
      if (content.size > 0) this.bytes(content.whole);
      this.text(tail(content.whole.at(-1)));
      return;
    }
    const passed = this.#closing
      ? Promise.resolve(content[Symbol.asyncDispose]())
      : this.#stream(content, tail);
    this.#streaming = passed.finally(() => {
      this.#streaming = undefined;
    });
  }

  override close(): void {
    this.#closing = true;
  }

  /** Hands everything collected to the socket in one write, then closes it if that was asked. */
  flush(): void {
    if (!this.socket.writable) {
      this.#drop();
      return;
    }
    if (this.#parts.length > 0) this.#writeParts();
    else if (this.#text !== '') this.#writeText();
    if (this.#closing && this.#streaming === undefined) this.socket.end();
  }

  /** Resolves when the client caught up, or is gone. */
  async drained(): Promise<void> {
    if (!this.backpressured || this.socket.destroyed) return;
    this.#drained ??= Promise.withResolvers();
    await this.#drained.promise;
  }

  #writeText(): void {
    const text = this.#text;
    this.#text = '';
    const bytes = Buffer.byteLength(text);
    // All ASCII: written without being converted.
    this.socket.write(text, bytes === text.length ? 'latin1' : 'utf8');
    this.#sent(bytes);
  }

  #writeParts(): void {
    if (this.#partsBytes + this.#text.length <= JOIN_BYTES) this.#writeJoined();
    else this.#writeEach();
  }

  #writeJoined(): void {
    if (this.#text !== '') this.#parts.push(this.#text);
    let most = 0;
    for (const part of this.#parts) most += mostBytesOf(part);
    const joined = Buffer.allocUnsafe(most);
    let length = 0;
    for (const part of this.#parts) {
      length += typeof part === 'string' ? joined.write(part, length) : part.copy(joined, length);
    }
    this.#drop();
    this.socket.write(joined.subarray(0, length));
    this.#sent(length);
  }

  #writeEach(): void {
    let bytes = 0;
    this.socket.cork();
    for (const part of this.#parts) {
      this.socket.write(part);
      bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
    }
    this.#parts = [];
    this.#partsBytes = 0;
    if (this.#text !== '') this.#writeText();
    this.socket.uncork();
    this.#sent(bytes);
  }

  async #stream(content: Content, tail: (lastByte: number | undefined) => string): Promise<void> {
    let left = content.size;
    let lastByte: number | undefined;
    try {
      for await (const chunk of content.chunks()) {
        if (this.socket.destroyed) return;
        left -= chunk.length;
        lastByte = chunk.at(-1) ?? lastByte;
        this.bytes(chunk);
        if (!this.backpressured) continue;
        await this.drained();
        // A small one may still be waiting here for others to go with.
        if (this.#parts.length === 0) content.giveBack(chunk);
      }
      if (left !== 0) throw new Error(`a content was off its declared size by ${left} bytes`);
      this.text(tail(lastByte));
    } catch (error) {
      // The length was announced; a stream that ends short can only be cut.
      this.#drop();
      this.events.onContentFailed(error);
      this.socket.destroy();
    } finally {
      await content[Symbol.asyncDispose]();
    }
  }

  /** The client caught up, or is gone. */
  release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  #sent(bytes: number): void {
    this.events.onSent(bytes);
    if (this.#heedsDrain || !this.backpressured) return;
    this.#heedsDrain = true;
    this.socket.on('drain', () => {
      this.release();
      this.events.onDrain();
    });
  }

  #drop(): void {
    this.#text = '';
    this.#parts = [];
    this.#partsBytes = 0;
  }
}

/** A unit of UTF-16 has at most three bytes in UTF-8. */
function mostBytesOf(part: string | Buffer): number {
  return typeof part === 'string' ? 3 * part.length : part.length;
}
