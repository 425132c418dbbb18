import type { Command } from '../../commands/command.js';
import type { Reply } from '../../commands/reply.js';
import { type Upload, UploadAborted } from '../../commands/upload.js';
import { type Decoded, Dialect, type ReplyWriter } from '../dialect.js';
import type { Decoding, Decodings } from './decoding.js';
import { ProtocolError } from './protocol-error.js';
import { errorLine, ReplyEncoder } from './reply-encoder.js';
import { TimeText } from './time-text.js';

/** The Redis protocol on one connection. Made with `new` for each. */
export class RespDialect extends Dialect {
  override readonly name = 'resp';
  override readonly quietMs = 0;

  readonly #decodings: Decodings;
  /** Only while there is something to decode. */
  #decoding: Decoding | undefined;
  readonly #encoder: ReplyEncoder;
  /** No more bytes are taken. */
  #closed = false;
  #peerEnded = false;
  /** The answer to a stream that broke, until it is handed out. */
  #farewell: Decoded | undefined;
  /** An upload that broke the stream: the farewell answers its command. */
  #broken: Upload | undefined;

  /** @param decodings and what was told of the time last: those of all connections */
  constructor(decodings: Decodings, timeText = new TimeText()) {
    super();
    this.#decodings = decodings;
    this.#encoder = new ReplyEncoder(timeText);
  }

  override feed(bytes: Buffer, atMicros: number): void {
    if (this.#closed) return;
    this.#decoding ??= this.#decodings.lend();
    this.#decoding.input.push(bytes, atMicros);
    this.#continueUpload(this.#decoding);
  }

  override end(): void {
    this.#peerEnded = true;
    if (this.uploading !== undefined) this.#lost();
  }

  override next(): Decoded | undefined {
    const command = this.#decode();
    if (command !== undefined) return { kind: 'command', command };
    const farewell = this.#farewell;
    this.#farewell = undefined;
    return farewell;
  }

  override encode(command: Command, reply: Reply, out: ReplyWriter): void {
    if (command.upload !== undefined && command.upload === this.#broken) return;
    this.#encoder.encode(reply, out, command.times);
  }

  override encodeUnasked(message: Reply, out: ReplyWriter): void {
    this.#encoder.encode(message, out);
  }

  override abort(error: Error): void {
    this.#close(error);
  }

  /** There is no quiet time: a request says itself where it ends. */
  override quiet(): void {}

  override get bufferedBytes(): number {
    return this.#decoding === undefined
      ? 0
      : this.#decoding.input.cost + this.#decoding.decoder.heldBytes;
  }

  override get uploading(): Upload | undefined {
    return this.#decoding?.decoder.uploading;
  }

  #decode(): Command | undefined {
    const decoding = this.#decoding;
    if (decoding === undefined || this.uploading !== undefined) return undefined;
    let command: Command | undefined;
    try {
      command = decoding.decoder.decode(decoding.input);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
    if (command === undefined) {
      if (decoding.atRest) this.#giveBack(decoding);
      return undefined;
    }
    if (command.upload === undefined) return command;
    this.#continueUpload(decoding);
    // Of a command that can never be whole nothing is executed, as of one without a content.
    if (this.uploading !== undefined && this.#peerEnded) {
      this.#lost();
      return undefined;
    }
    return command;
  }

  #giveBack(decoding: Decoding): void {
    this.#decoding = undefined;
    this.#decodings.giveBack(decoding);
  }

  #continueUpload({ decoder, input }: Decoding): void {
    try {
      decoder.continueUpload(input);
    } catch (error) {
      this.#fail(error);
    }
  }

  #lost(): void {
    this.#close(new UploadAborted('the connection ended before the declared content had arrived'));
  }

  #fail(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.#farewell = {
      kind: 'answer',
      bytes: errorLine(error.code, error.message),
      close: true,
    };
    this.#broken = this.uploading;
    this.#close(new UploadAborted(error.message));
  }

  #close(error: Error): void {
    this.#closed = true;
    this.#decoding?.input.clear();
    this.#decoding?.decoder.abort(error);
  }
}
