import type { Upload } from '../../commands/upload.js';
import { type CommandLine, recognise, type Word } from './command-line.js';
import { type FramedContent, FramedContentReader } from './framed-content.js';
import { FreeText } from './free-text.js';
import { ReadQueue } from './read-queue.js';

/** One message of a client. */
export type Message =
  | {
      readonly kind: 'command';
      readonly line: Exclude<CommandLine, { readonly word: 'PUT' }>;
      readonly lineBreak: boolean;
      readonly receivedAt: number;
    }
  | {
      readonly kind: 'framed';
      readonly name: Buffer;
      readonly content: FramedContent;
      readonly receivedAt: number;
    }
  /** A framed content that is too large; it is not read. */
  | { readonly kind: 'oversized'; readonly size: number }
  /** A framed content whose size could not be read; what came with it has been discarded. */
  | { readonly kind: 'misframed' }
  | {
      readonly kind: 'text';
      /** Empty where it was not to be kept. */
      readonly content: Buffer;
      /** It went over what was to be kept. */
      readonly tooLong: boolean;
      readonly lineBreak: boolean;
      readonly receivedAt: number;
    };

/** Reads to messages ([T-2]): the only place that knows where one ends and the next begins. */
export class MessageSplitter {
  readonly #reads = new ReadQueue();
  readonly #framed = new FramedContentReader();
  #text: FreeText | undefined;
  /** {@link #text} follows a framed `PUT` whose size could not be read. */
  #misframed = false;

  /**
   * @param words the commands that are known
   * @param maxFileBytes largest framed content
   */
  constructor(
    private readonly words: ReadonlySet<Word>,
    private readonly maxFileBytes: number,
  ) {}

  /** Bytes that wait, with what keeping them costs. */
  get cost(): number {
    return this.#reads.cost;
  }

  /** Whether the end of a message is being waited for that only the quiet time can tell. */
  get pending(): boolean {
    return this.#text !== undefined || this.#reads.first !== undefined;
  }

  get upload(): Upload | undefined {
    return this.#framed.upload;
  }

  feed(bytes: Buffer, atMicros: number): void {
    this.#reads.push(bytes, atMicros);
    this.#framed.continue(this.#reads);
  }

  /** Nothing came for the quiet time, or nothing ever will: what is here is whole. */
  endMessage(): void {
    if (this.#reads.first === undefined) this.#text?.end();
    else this.#reads.endLast();
  }

  /**
   * The next message; undefined if its end is not here yet.
   * @param keepBytes how much to keep at most of a free text that begins now; undefined where it
   *   does not become content, so that behind a command each of its lines is a message
   */
  next(keepBytes: number | undefined): Message | undefined {
    if (this.#framed.upload !== undefined) return undefined;
    return this.#text === undefined ? this.#begin(keepBytes) : this.#continueText(this.#text);
  }

  abort(error: Error): void {
    this.#framed.abort(error);
    this.#reads.clear();
    this.#text = undefined;
  }

  #begin(keepBytes: number | undefined): Message | undefined {
    for (let read = this.#reads.first; read !== undefined; read = this.#reads.first) {
      const found = recognise(read.bytes, this.words, read.inPieces, read.ended);
      if (found.kind === 'command') return this.#command(found);
      if (found.kind === 'text') {
        const oneLine = read.behindCommand && keepBytes === undefined;
        return this.#continueText(new FreeText(keepBytes, oneLine));
      }
      if (!this.#reads.joinFirstTwo()) return undefined;
    }
    return undefined;
  }

  #command(found: {
    readonly line: CommandLine;
    readonly length: number;
    readonly lineBreak: boolean;
  }): Message | undefined {
    const { line, length, lineBreak } = found;
    const taken = this.#reads.take(length, true);
    const receivedAt = taken?.atMicros ?? 0;
    if (line.word !== 'PUT') return { kind: 'command', line, lineBreak, receivedAt };
    if (line.size === undefined) {
      this.#misframed = true;
      const text = new FreeText(undefined, false);
      if (taken?.ended === true) text.end();
      return this.#continueText(text);
    }
    if (line.size > this.maxFileBytes) return { kind: 'oversized', size: line.size };
    const content = this.#framed.begin(line.size, this.#reads);
    return { kind: 'framed', name: line.name, content, receivedAt };
  }

  #continueText(text: FreeText): Message | undefined {
    text.takeFrom(this.#reads);
    this.#text = text.complete ? undefined : text;
    if (!text.complete) return undefined;
    if (this.#misframed) {
      this.#misframed = false;
      return { kind: 'misframed' };
    }
    const { content, tooLong, endsInLineBreak: lineBreak, atMicros: receivedAt } = text;
    return { kind: 'text', content, tooLong, lineBreak, receivedAt };
  }
}
