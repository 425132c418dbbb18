import type { Command } from '../../../src/commands/command.js';
import { array, failure, integer, NULL, OK, type Reply } from '../../../src/commands/reply.js';
import { type Decoded, ReplyWriter } from '../../../src/dialects/dialect.js';
import { TextDialect, type TextOptions } from '../../../src/dialects/text/text-dialect.js';

export const QUIET_MS = 50;
export const NOW = '2026-05-04 18:20:01.000042';
const NOW_SECONDS = Temporal.Instant.from('2026-05-04T18:20:01Z').epochMilliseconds / 1000;

export const SUCCESS = 'SUCCESS: File has been asociated with your address';
export const BLOCKED = 'ERROR: File is blocked';
export const MODIFIED = 'File has been modified';

export const OPTIONS: TextOptions = {
  profile: 'combined',
  quietMs: QUIET_MS,
  maxTextBytes: 1_000_000,
  maxFileBytes: 10_000_000,
  zone: 'UTC',
};

/** Files and locks as the commands see them, shared by the clients of one test. */
export class World {
  readonly files = new Map<string, Buffer>();
  readonly locks = new Map<string, Client>();
  /** Replies in place of this world's own, in order, by command. */
  readonly scripted = new Map<string, Reply[]>();

  run(client: Client, command: Command): Reply | Promise<Reply> {
    const scripted = this.scripted.get(command.name)?.shift();
    if (scripted !== undefined) {
      command.upload?.discard();
      return command.upload === undefined ? scripted : command.upload.tail().then(() => scripted);
    }
    const name = String(command.args[0]);
    switch (command.name) {
      case 'TIME':
        return { kind: 'time', micros: NOW_SECONDS * 1e6 + 42 };
      case 'GET':
        return contentReply(this.files.get(name));
      case 'LOCK':
        return this.#lock(client, name);
      case 'PUT':
        return this.#put(client, name, command);
      case 'BYE':
        return { kind: 'bye', reply: OK };
      default:
        throw new Error(`unknown command ${command.name}`);
    }
  }

  #lock(client: Client, name: string): Reply {
    if (name.startsWith('..')) return failure('NAME', 'a name must not contain ".."');
    const holder = this.locks.get(name) ?? client;
    if (holder !== client) return failure('LOCKED', `"${name}" is held by 10.0.0.1:5`);
    this.locks.set(name, client);
    return array([integer(1), integer(0), integer(30_000)]);
  }

  async #put(client: Client, name: string, command: Command): Promise<Reply> {
    const { upload } = command;
    let content = command.args[1] ?? Buffer.alloc(0);
    if (upload !== undefined) {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of upload.chunks()) chunks.push(chunk);
        await upload.tail();
      } catch (error) {
        return failure('ERR', (error as Error).message);
      }
      content = Buffer.concat(chunks);
    }
    if (this.locks.get(name) !== client) return failure('NOTLOCKED', `"${name}" is not locked`);
    this.locks.delete(name);
    this.files.set(name, content);
    return integer(1);
  }
}

export function contentReply(bytes: Buffer | undefined): Reply {
  if (bytes === undefined) return NULL;
  return {
    kind: 'content',
    content: {
      size: bytes.length,
      chunks: async function* () {
        yield bytes;
      },
      giveBack: () => undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
}

/** Collects what is written; a content is written when {@link settle} is awaited. */
export class CollectingWriter extends ReplyWriter {
  written = '';
  closed = false;
  #streaming: Promise<void> | undefined;

  override text(text: string): void {
    this.written += text;
  }

  override bytes(bytes: Buffer): void {
    this.written += bytes.toString();
  }

  override content(
    content: Extract<Reply, { kind: 'content' }>['content'],
    tail: (lastByte: number | undefined) => string,
  ): void {
    this.#streaming = (async () => {
      let lastByte: number | undefined;
      for await (const chunk of content.chunks()) {
        this.bytes(chunk);
        lastByte = chunk.at(-1) ?? lastByte;
      }
      this.text(tail(lastByte));
    })();
  }

  override close(): void {
    this.closed = true;
  }

  async settle(): Promise<void> {
    await this.#streaming;
    this.#streaming = undefined;
  }
}

/** Drives a dialect as a connection does. */
export class Client {
  readonly dialect: TextDialect;
  readonly writer = new CollectingWriter();
  /** Every command it decoded, in order. */
  readonly commands: Command[] = [];
  readonly #world: World;
  #running: Promise<void> | undefined;
  #micros = 1_700_000_000_000_000;

  constructor(options: Partial<TextOptions> = {}, world = new World()) {
    this.#world = world;
    this.dialect = new TextDialect({ ...OPTIONS, ...options });
  }

  /** One read each; returns what was answered without any quiet time. */
  async send(...reads: (string | Buffer)[]): Promise<string> {
    for (const read of reads) {
      this.dialect.feed(Buffer.from(read), this.#nowMicros());
      await this.#pump();
    }
    return this.#taken();
  }

  /** As {@link send}, and nothing follows: what was answered until silence. */
  async say(...reads: (string | Buffer)[]): Promise<string> {
    const answered = await this.send(...reads);
    return answered + (await this.quiet());
  }

  /** The quiet time passes, if the dialect asks for it. */
  async quiet(): Promise<string> {
    if (this.dialect.quietMs > 0) this.dialect.quiet();
    await this.#pump();
    return this.#taken();
  }

  /** The client half-closes. */
  async end(): Promise<string> {
    this.dialect.end();
    await this.#pump();
    return this.#taken();
  }

  async #pump(): Promise<void> {
    while (this.#running === undefined && !this.writer.closed) {
      const decoded: Decoded | undefined = this.dialect.next();
      if (decoded === undefined) return;
      if (decoded.kind === 'answer') {
        this.writer.text(decoded.bytes);
        if (decoded.close) this.writer.close();
        continue;
      }
      const { command } = decoded;
      this.commands.push(command);
      const reply = this.#world.run(this, command);
      if (command.upload !== undefined) {
        // The connection reads on while the handler takes the content.
        this.#running = Promise.resolve(reply).then((answer) => this.#answer(command, answer));
        return;
      }
      await this.#answer(command, await reply);
    }
  }

  /** An upload that was whole, or broke off, has been answered. */
  async settle(): Promise<string> {
    await this.#running;
    this.#running = undefined;
    await this.#pump();
    return this.#taken();
  }

  async #answer(command: Command, reply: Reply): Promise<void> {
    this.dialect.encode(command, reply, this.writer);
    await this.writer.settle();
  }

  #taken(): string {
    const { written } = this.writer;
    this.writer.written = '';
    return written;
  }

  #nowMicros(): number {
    this.#micros += 1000;
    return this.#micros;
  }
}

/** `bytes` in pieces of `size`. */
export function pieces(bytes: string | Buffer, size: number): Buffer[] {
  const all = Buffer.from(bytes);
  const result: Buffer[] = [];
  for (let at = 0; at < all.length; at += size) result.push(all.subarray(at, at + size));
  return result;
}
