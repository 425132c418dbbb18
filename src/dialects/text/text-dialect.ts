import type { Command } from '../../commands/command.js';
import type { Reply } from '../../commands/reply.js';
import { type Upload, UploadAborted } from '../../commands/upload.js';
import { type Decoded, Dialect, type ReplyWriter } from '../dialect.js';
import { HeldNames } from './held-names.js';
import { MAX_HELD_NAMES } from './limits.js';
import { type Message, MessageSplitter } from './message-splitter.js';
import { PROFILES, type ProfileRules, type TextProfile } from './profile.js';
import { SentenceEncoder } from './sentence-encoder.js';

export interface TextOptions {
  readonly profile: TextProfile;
  /** Silence after which a free text is whole, in milliseconds; over 0. */
  readonly quietMs: number;
  /** Largest free text that becomes content. */
  readonly maxTextBytes: number;
  /** Largest content of a framed `PUT`. */
  readonly maxFileBytes: number;
  /** IANA name of the time zone `TIME` answers in; the system's, if absent. */
  readonly zone?: string;
}

const CONTENT_LOST =
  'the connection ended before the content was whole; nothing was changed: send it again';

/** The text protocol of `docs/protocol-text.md` on one connection. Made with `new` for each. */
export class TextDialect extends Dialect {
  override readonly name = 'text';

  readonly #options: TextOptions;
  readonly #rules: ProfileRules;
  readonly #splitter: MessageSplitter;
  readonly #encoder: SentenceEncoder;
  readonly #held = new HeldNames();
  #lastLockDenied = false;
  #textSeen = false;
  /** Whether the message of the command under way ended in a line break. */
  #lineBreak = false;
  #peerEnded = false;
  /** Nothing is decoded any more. */
  #closed = false;

  constructor(options: TextOptions) {
    super();
    this.#options = options;
    this.#rules = PROFILES[options.profile];
    this.#splitter = new MessageSplitter(this.#rules.words, options.maxFileBytes);
    this.#encoder = new SentenceEncoder(this.#rules.end, options.zone ?? Temporal.Now.timeZoneId());
  }

  override feed(bytes: Buffer, atMicros: number): void {
    if (!this.#closed) this.#splitter.feed(bytes, atMicros);
  }

  override end(): void {
    this.#peerEnded = true;
    if (this.uploading === undefined) this.#splitter.endMessage();
    else this.abort(new UploadAborted(CONTENT_LOST));
  }

  override next(): Decoded | undefined {
    while (!this.#closed) {
      const keepBytes = this.#held.none ? undefined : this.#options.maxTextBytes;
      const message = this.#splitter.next(keepBytes);
      if (message === undefined) return undefined;
      const decoded = this.#decode(message);
      if (decoded !== undefined) return decoded;
    }
    return undefined;
  }

  override encode(command: Command, reply: Reply, out: ReplyWriter): void {
    this.#learn(command, reply);
    this.#encoder.encode(command.name, reply, this.#lineBreak, out);
  }

  /** Whoever reads sentences takes each for the answer to the last message. */
  override encodeUnasked(): void {}

  override abort(error: Error): void {
    this.#closed = true;
    this.#splitter.abort(error);
  }

  override get quietMs(): number {
    return this.#splitter.pending ? this.#options.quietMs : 0;
  }

  override quiet(): void {
    this.#splitter.endMessage();
  }

  override get bufferedBytes(): number {
    return this.#splitter.cost;
  }

  override get uploading(): Upload | undefined {
    return this.#splitter.upload;
  }

  /** Undefined where a profile answers nothing. */
  #decode(message: Message): Decoded | undefined {
    switch (message.kind) {
      case 'command':
        return this.#command(message);
      case 'text':
        return this.#text(message);
      case 'framed': {
        const { name, content, receivedAt } = message;
        if (this.#peerEnded && this.uploading !== undefined) {
          this.abort(new UploadAborted(CONTENT_LOST));
          return refusal(CONTENT_LOST);
        }
        return content.kind === 'whole'
          ? this.#put([name, content.bytes], undefined, receivedAt)
          : this.#put([name], content.upload, receivedAt);
      }
      case 'misframed':
        return refusal(
          'what follows PUT must be a name, a space and the size of the content in bytes, then a line break and the content; all that came with it was discarded',
        );
      case 'oversized':
        this.abort(new UploadAborted('the connection is closed'));
        return refusal(
          `a content has at most ${this.#options.maxFileBytes} bytes (MAX_FILE_BYTES), not ${message.size}; connect again and send less`,
          true,
        );
    }
  }

  #command({ line, lineBreak, receivedAt }: Extract<Message, { kind: 'command' }>): Decoded {
    this.#lineBreak = lineBreak;
    if (line.word === 'LOCK' && this.#held.tooManyWith(line.name)) {
      const why = `this connection holds ${MAX_HELD_NAMES} files, which is the most; PUT to one of them first`;
      return answer(withBreak(`ERROR: ${why}`, lineBreak));
    }
    // Both words that end a connection are one command.
    const name = line.word === 'EXIT' ? 'BYE' : line.word;
    const args = 'name' in line ? [line.name] : [];
    return { kind: 'command', command: { name, args, receivedAt } };
  }

  /** The first of the four that applies ([T-4]). */
  #text(message: Extract<Message, { kind: 'text' }>): Decoded | undefined {
    const isFirst = !this.#textSeen;
    this.#textSeen = true;
    const held = this.#held.last;
    if (held !== undefined) {
      if (message.tooLong) return refusal(this.#tooLong());
      return this.#put([held, message.content], undefined, message.receivedAt);
    }
    const { denied, first, other } = this.#rules;
    const text = this.#lastLockDenied ? denied : isFirst ? first : other;
    return text === '' ? undefined : answer(withBreak(text, message.lineBreak));
  }

  #put(args: readonly Buffer[], upload: Upload | undefined, receivedAt: number): Decoded {
    this.#lineBreak = false;
    const command: Command = { name: 'PUT', args, receivedAt };
    return { kind: 'command', command: upload === undefined ? command : { ...command, upload } };
  }

  #tooLong(): string {
    const { maxTextBytes } = this.#options;
    const why = `a free text has at most ${maxTextBytes} bytes (MAX_TEXT_BYTES); nothing was changed and the lock goes on`;
    return this.#rules.words.has('PUT')
      ? `${why}: send "PUT name size", a line break and the content`
      : why;
  }

  /** A lock whose end is not certain goes on: the next `PUT` is told. */
  #learn(command: Command, reply: Reply): void {
    const [name] = command.args;
    if (name === undefined) return;
    if (command.name === 'LOCK') {
      this.#lastLockDenied = reply.kind === 'error';
      if (reply.kind !== 'error') this.#held.add(name);
    } else if (command.name === 'PUT') {
      const ended = reply.kind !== 'error' || reply.code === 'FENCED' || reply.code === 'NOTLOCKED';
      if (ended) this.#held.remove(name);
    }
  }
}

function answer(bytes: string, close = false): Decoded {
  return { kind: 'answer', bytes, close };
}

function withBreak(sentence: string, lineBreak: boolean): string {
  return lineBreak ? `${sentence}\n` : sentence;
}

function refusal(sentence: string, close = false): Decoded {
  return answer(`ERROR: ${sentence}`, close);
}
