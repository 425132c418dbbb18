import type { Command } from '../../commands/command.js';
import type { Reply } from '../../commands/reply.js';
import { Upload, UploadAborted } from '../../commands/upload.js';
import { type Decoded, Dialect, type ReplyWriter } from '../dialect.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { FramedPut } from './framed-put.js';
import { FreeText } from './free-text.js';
import { COMMAND_LINE_BYTES, PIECE_BYTES, WHOLE_CONTENT_BYTES } from './limits.js';
import {
  BLOCKED,
  GREETING,
  PROFILES,
  type ProfileRules,
  type TextProfile,
  UNKNOWN,
} from './profile.js';
import { TextReplies } from './text-replies.js';

export interface TextDialectOptions {
  readonly profile: TextProfile;
  /** Free text is complete when nothing more came for this long; milliseconds. */
  readonly quietMs: number;
  /** Longest free text that becomes content, in bytes. */
  readonly maxTextBytes: number;
  /** Longest framed content, in bytes. */
  readonly maxFileBytes: number;
  /** IANA name; the system's own if absent. */
  readonly timeZone?: string;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The unframed text protocol; `docs/protocol-text.md` says what each sentence means. */
export class TextDialect extends Dialect {
  override readonly name = 'text';

  readonly #rules: ProfileRules;
  readonly #replies: TextReplies;
  /** Reads that were not looked at yet; the first may be the rest of one. */
  #reads: Buffer[] = [];
  #bufferedBytes = 0;
  #readAtMicros = 0;
  /** The rest of the present read follows a command line, so each of its lines is a message. */
  #lineByLine = false;
  /** What looks like a command, but may be the first piece of something longer. */
  #piece: Buffer | undefined;
  #freeText: FreeText | undefined;
  #framed: FramedPut | undefined;
  #quietReached = false;
  #ended = false;
  #greeted = false;

  constructor(private readonly options: TextDialectOptions) {
    super();
    this.#rules = PROFILES[options.profile];
    const timeZone = options.timeZone ?? Temporal.Now.timeZoneId();
    this.#replies = new TextReplies(this.#rules.farewell, timeZone);
  }

  override get quietMs(): number {
    const pending = this.#piece !== undefined || this.#freeText !== undefined;
    return pending ? this.options.quietMs : 0;
  }

  override get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  override get uploading(): Upload | undefined {
    return this.#framed?.upload;
  }

  override feed(bytes: Buffer, atMicros: number): void {
    this.#readAtMicros = atMicros;
    this.#quietReached = false;
    if (this.#framed !== undefined && this.#reads.length === 0) {
      const rest = this.#framed.write(bytes);
      if (rest.length > 0) this.#keep(rest);
      return;
    }
    this.#keep(bytes);
  }

  override end(): void {
    this.#ended = true;
    if (this.#framed?.done === false) {
      this.abort(new UploadAborted('the client ended before the content was whole'));
    }
  }

  override quiet(): void {
    this.#quietReached = true;
  }

  override abort(error: Error): void {
    this.#framed?.upload.abort(error);
  }

  override encode(command: Command, reply: Reply, out: ReplyWriter): void {
    this.#replies.encode(command, reply, out);
  }

  override next(): Decoded | undefined {
    if (this.#framed !== undefined) {
      if (!this.#framed.done) return undefined;
      this.#framed = undefined;
    }
    for (;;) {
      const read = this.#reads[0];
      if (read === undefined) return this.#completePending();
      const decoded = this.#decode(read);
      if (decoded !== undefined) return decoded;
    }
  }

  /** Takes a message off the front of `read`, or puts all of it to what is pending. */
  #decode(read: Buffer): Decoded | undefined {
    if (this.#freeText !== undefined) {
      this.#freeText.add(this.#takeRead(read.length));
      return undefined;
    }
    if (this.#piece !== undefined) {
      this.#join(this.#piece, read);
      return undefined;
    }
    const lineEnd = read.subarray(0, COMMAND_LINE_BYTES).indexOf(LINE_FEED);
    if (lineEnd < 0) return this.#decodeUnended(read);
    const line = withoutCarriageReturn(read.subarray(0, lineEnd));
    const command = readCommandLine(line, true, this.#rules);
    if (command !== undefined) {
      this.#takeRead(lineEnd + 1);
      this.#lineByLine = this.#reads.length > 0 && lineEnd + 1 < read.length;
      return this.#command(command, true);
    }
    const target = this.#contentTarget();
    if (this.#lineByLine && target === undefined) {
      const message = new FreeText(undefined, 0);
      message.add(this.#takeRead(lineEnd + 1));
      return this.#answerFreeText(message);
    }
    return this.#beginFreeText(read, target);
  }

  #decodeUnended(read: Buffer): Decoded | undefined {
    const command = readCommandLine(read, false, this.#rules);
    if (command === undefined) return this.#beginFreeText(read, this.#contentTarget());
    this.#takeRead(read.length);
    const mayGoOn = command.argument.length > 0 && command.name !== 'BYE';
    if (mayGoOn && read.length % PIECE_BYTES === 0 && !this.#ended) {
      this.#piece = read;
      return undefined;
    }
    return this.#command(command, false);
  }

  #beginFreeText(read: Buffer, target: Buffer | undefined): undefined {
    this.#freeText = new FreeText(target, this.options.maxTextBytes);
    this.#freeText.add(this.#takeRead(read.length));
  }

  #join(piece: Buffer, read: Buffer): void {
    this.#piece = undefined;
    this.#reads[0] = Buffer.concat([piece, read]);
    this.#bufferedBytes += piece.length;
  }

  #completePending(): Decoded | undefined {
    if (!this.#quietReached && !this.#ended) return undefined;
    const { piece, freeText } = { piece: this.#piece, freeText: this.#freeText };
    this.#piece = undefined;
    this.#freeText = undefined;
    this.#quietReached = false;
    if (freeText !== undefined) return this.#answerFreeText(freeText);
    const command = piece && readCommandLine(piece, false, this.#rules);
    return command && this.#command(command, false);
  }

  #command(line: CommandLine, lineBreak: boolean): Decoded {
    this.#replies.expect(lineBreak);
    if (line.name === 'PUT') return this.#framedPut(line);
    const args = line.argument.length > 0 ? [line.argument] : [];
    return { kind: 'command', command: { name: line.name, args, receivedAt: this.#readAtMicros } };
  }

  #framedPut({ argument, size }: CommandLine): Decoded {
    this.#replies.expect(false);
    const receivedAt = this.#readAtMicros;
    if (size > this.options.maxFileBytes) {
      const bytes = `ERROR: A file may have at most ${this.options.maxFileBytes} bytes (MAX_FILE_BYTES)`;
      return { kind: 'answer', bytes, close: true };
    }
    const here = this.#reads[0]?.length ?? 0;
    if (size <= WHOLE_CONTENT_BYTES && here >= size) {
      const content = this.#takeRead(size);
      return { kind: 'command', command: { name: 'PUT', args: [argument, content], receivedAt } };
    }
    this.#framed = new FramedPut(size);
    while (this.#reads[0] !== undefined && !this.#framed.done) {
      const read = this.#takeRead(this.#reads[0].length);
      const rest = this.#framed.write(read);
      if (rest.length > 0) this.#putBack(rest);
    }
    if (this.#ended && !this.#framed.done) this.end();
    const { upload } = this.#framed;
    return { kind: 'command', command: { name: 'PUT', args: [argument], upload, receivedAt } };
  }

  /** The file that free text would become the content of. */
  #contentTarget(): Buffer | undefined {
    const { kind } = this.#rules.freeText;
    return kind === 'combined' || kind === 'content' ? this.#replies.lockedLast : undefined;
  }

  #answerFreeText(text: FreeText): Decoded {
    const first = !this.#greeted;
    this.#greeted = true;
    if (text.name !== undefined) {
      this.#replies.expect(false);
      if (text.tooBig) return answer(this.#tooBig());
      const args = [text.name, text.content()];
      return { kind: 'command', command: { name: 'PUT', args, receivedAt: this.#readAtMicros } };
    }
    return answer(withBreak(this.#sentence(first), text.endsInLineBreak));
  }

  #sentence(first: boolean): string {
    const { freeText } = this.#rules;
    switch (freeText.kind) {
      case 'combined':
        if (this.#replies.denied) return BLOCKED;
        return first ? GREETING : UNKNOWN;
      case 'answer':
        return freeText.text;
      case 'content':
        return freeText.otherwise;
      case 'silence':
        return '';
    }
  }

  #tooBig(): string {
    return `ERROR: Free text may have at most ${this.options.maxTextBytes} bytes (MAX_TEXT_BYTES); send "PUT name size", a line break and the content instead`;
  }

  #keep(bytes: Buffer): void {
    this.#reads.push(bytes);
    this.#bufferedBytes += bytes.length;
  }

  #putBack(bytes: Buffer): void {
    this.#reads.unshift(bytes);
    this.#bufferedBytes += bytes.length;
  }

  /** Takes bytes off the front of the present read; a read that is used up ends its lines. */
  #takeRead(bytes: number): Buffer {
    const read = this.#reads[0] ?? Buffer.alloc(0);
    const taken = read.subarray(0, bytes);
    this.#bufferedBytes -= taken.length;
    if (taken.length < read.length) {
      this.#reads[0] = read.subarray(taken.length);
    } else {
      this.#reads.shift();
      this.#lineByLine = false;
    }
    return taken;
  }
}

function answer(bytes: string): Decoded {
  return { kind: 'answer', bytes, close: false };
}

function withBreak(sentence: string, lineBreak: boolean): string {
  return lineBreak && sentence !== '' ? `${sentence}\n` : sentence;
}

function withoutCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
