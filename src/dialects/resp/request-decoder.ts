import type { Command } from '../../commands/command.js';
import { Upload } from '../../commands/upload.js';
import { ArgumentReader } from './argument-reader.js';
import { commandName } from './command-name.js';
import type { Input } from './input.js';
import type { LastRequest } from './last-request.js';
import { COUNT_LINE, CR, LENGTH_LINE, LengthLine, LF } from './length-line.js';
import { MAX_ARGUMENT_BYTES, MAX_ARGUMENTS, MAX_COMMAND_BYTES } from './limits.js';
import { ProtocolError, shown } from './protocol-error.js';

export interface RequestOptions {
  /** Largest content of a file, in bytes. */
  readonly maxFileBytes: number;
  /**
   * Which argument of a command may be streamed, as an index in `Command.args`; undefined for none.
   * @param command in upper case; not necessarily a known one
   */
  contentIndexOf(command: string): number | undefined;
  /**
   * Whether equal requests for a command without arguments may be one command.
   * @param command in upper case; not necessarily a known one
   */
  answersAlike(command: string): boolean;
  /** Shared by the decoders of all connections. */
  readonly lastRequest: LastRequest;
}

type Phase = 'count' | 'length' | 'argument' | 'content' | 'terminator';

/**
 * Requests of RESP2 and RESP3: arrays of bulk strings
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server).
 * Takes its input in any pieces and goes on where the last one ended.
 *
 * An argument that may be streamed and is longer than what is collected makes its command complete
 * at once; the content and the arguments behind it then go to the command's upload.
 */
export class RequestDecoder {
  readonly #options: RequestOptions;
  readonly #line = new LengthLine();
  readonly #argument = new ArgumentReader();
  #phase: Phase = 'count';
  #ready: Command | undefined;
  #upload: Upload | undefined;

  /** Strings of this command that are not begun yet. */
  #stringsLeft = 0;
  #name: string | undefined;
  #args: Buffer[] = [];
  #contentIndex: number | undefined;
  /** Declared bytes of the arguments collected so far, the one under way included. */
  #collectedBytes = 0;
  /** Bytes of the content that are not here yet. */
  #contentLeft = 0;
  #returned = false;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /** The upload whose command is not read to its end. */
  get uploading(): Upload | undefined {
    return this.#upload;
  }

  /** Whether it is between two commands. */
  get atRest(): boolean {
    return this.#phase === 'count' && !this.#line.begun && this.#ready === undefined;
  }

  /** Bytes held of a command that is not complete. */
  get heldBytes(): number {
    return this.#collectedBytes - this.#argument.missing;
  }

  /**
   * The next command; undefined if more bytes are needed. Not to be called during an upload.
   * @throws {ProtocolError}
   */
  decode(input: Input): Command | undefined {
    if (this.#phase === 'count' && !this.#line.begun) {
      const again = this.#options.lastRequest.takeFrom(input);
      if (again !== undefined) return again;
    }
    while (this.#ready === undefined && this.#step(input));
    const command = this.#ready;
    this.#ready = undefined;
    return command;
  }

  /**
   * Gives the upload under way what there is for it, and nothing of the command behind it.
   * @throws {ProtocolError}
   */
  continueUpload(input: Input): void {
    while (this.#upload !== undefined && this.#step(input));
  }

  /** Nothing more will be decoded: ends the upload under way, lets go of what is held. */
  abort(error: Error): void {
    this.#upload?.abort(error);
    this.#upload = undefined;
    this.#startCommand();
    this.#argument.reset();
  }

  /** Does one thing; false if it needs more bytes for that. */
  #step(input: Input): boolean {
    switch (this.#phase) {
      case 'count':
        return this.#readCount(input);
      case 'length':
        return this.#readLength(input);
      case 'argument':
        return this.#readArgument(input);
      case 'content':
        return this.#readContent(input);
      case 'terminator':
        return this.#readTerminator(input);
    }
  }

  #readCount(input: Input): boolean {
    const count = this.#line.read(input, COUNT_LINE);
    if (count === undefined) return false;
    if (count < -1 || count > MAX_ARGUMENTS) {
      throw ProtocolError.grammar(
        `invalid multibulk length: a command has between 0 and ${MAX_ARGUMENTS} strings`,
      );
    }
    // Redis passes over empty and null arrays without an answer; so the next line is a count again.
    if (count <= 0) return true;
    this.#startCommand();
    this.#stringsLeft = count;
    this.#phase = 'length';
    return true;
  }

  #readLength(input: Input): boolean {
    const length = this.#line.read(input, LENGTH_LINE);
    if (length === undefined) return false;
    if (length < 0) {
      throw ProtocolError.grammar('invalid bulk length: it must not be negative');
    }
    this.#stringsLeft -= 1;
    const isContent = this.#name !== undefined && this.#args.length === this.#contentIndex;
    if (isContent && length > this.#options.maxFileBytes) {
      throw ProtocolError.contentTooBig(this.#options.maxFileBytes);
    }
    if (isContent && length > MAX_ARGUMENT_BYTES) {
      this.#contentLeft = length;
      this.#phase = 'content';
    } else {
      this.#startArgument(length);
    }
    return true;
  }

  #startArgument(length: number): void {
    if (length > MAX_ARGUMENT_BYTES) {
      throw ProtocolError.grammar(
        `invalid bulk length: this argument may have at most ${MAX_ARGUMENT_BYTES} bytes`,
      );
    }
    this.#collectedBytes += length;
    this.#argument.begin(length);
    if (this.#collectedBytes > MAX_COMMAND_BYTES) {
      throw ProtocolError.grammar(
        `invalid bulk length: the arguments of a command have at most ${MAX_COMMAND_BYTES} bytes together`,
      );
    }
    this.#phase = 'argument';
  }

  #readArgument(input: Input): boolean {
    const argument = this.#argument.read(input);
    if (argument === undefined) return false;
    if (this.#name === undefined) {
      this.#name = commandName(argument);
      this.#contentIndex = this.#options.contentIndexOf(this.#name);
      if (this.#stringsLeft === 0) this.#remember(argument, this.#name);
    } else {
      this.#args.push(argument);
    }
    this.#phase = 'terminator';
    return true;
  }

  #remember(spelling: Buffer, name: string): void {
    const { lastRequest, answersAlike } = this.#options;
    lastRequest.remember(spelling, name, answersAlike(name));
  }

  #readContent(input: Input): boolean {
    const piece = input.take(this.#contentLeft);
    if (piece === undefined) return false;
    this.#upload ??= this.#startUpload(input.atMicros);
    this.#upload.write(piece);
    this.#contentLeft -= piece.length;
    if (this.#contentLeft === 0) this.#phase = 'terminator';
    return true;
  }

  #startUpload(receivedAt: number): Upload {
    const upload = new Upload(this.#contentLeft, this.#stringsLeft > 0);
    this.#ready = { name: this.#name ?? '', args: this.#args, upload, receivedAt };
    // What follows is the upload's tail, with bounds of its own.
    this.#args = [];
    this.#contentIndex = undefined;
    this.#collectedBytes = 0;
    return upload;
  }

  #readTerminator(input: Input): boolean {
    const byte = input.takeByte();
    if (byte < 0) return false;
    const expected = this.#returned ? LF : CR;
    if (byte !== expected) {
      throw ProtocolError.grammar(
        `expected CR LF behind the bytes of a bulk string, got ${shown(byte)}: its length was wrong`,
      );
    }
    this.#returned = !this.#returned;
    if (!this.#returned) this.#endString(input.atMicros);
    return true;
  }

  #endString(receivedAt: number): void {
    // Not before its CR LF: a content whose declared length was wrong is never whole.
    this.#upload?.end();
    if (this.#stringsLeft > 0) {
      this.#phase = 'length';
      return;
    }
    if (this.#upload === undefined) {
      this.#ready = { name: this.#name ?? '', args: this.#args, receivedAt };
    } else {
      this.#upload.finish(this.#args);
      this.#upload = undefined;
    }
    this.#startCommand();
    this.#phase = 'count';
  }

  #startCommand(): void {
    this.#name = undefined;
    this.#args = [];
    this.#contentIndex = undefined;
    this.#collectedBytes = 0;
    this.#stringsLeft = 0;
  }
}
