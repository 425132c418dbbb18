import type { Content } from '../../../src/commands/reply.js';
import { ReplyWriter } from '../../../src/dialects/dialect.js';

type Step =
  | { readonly text: string }
  | { readonly bytes: Buffer }
  | { readonly content: Content; readonly tail: (lastByte: number | undefined) => string }
  | { readonly close: true };

/** Keeps what was written, call by call. */
export class RecordingWriter extends ReplyWriter {
  readonly steps: Step[] = [];

  override text(text: string): void {
    this.steps.push({ text });
  }

  override bytes(bytes: Buffer): void {
    this.steps.push({ bytes });
  }

  override content(content: Content, tail: (lastByte: number | undefined) => string): void {
    this.steps.push({ content, tail });
  }

  override close(): void {
    this.steps.push({ close: true });
  }

  /** What a client would receive, as Latin-1; `<close>` where the connection is closed. */
  async sent(): Promise<string> {
    const parts: Buffer[] = [];
    for (const step of this.steps) {
      if ('text' in step) parts.push(Buffer.from(step.text));
      else if ('bytes' in step) parts.push(step.bytes);
      else if ('content' in step) parts.push(await streamed(step.content, step.tail));
      else parts.push(Buffer.from('<close>'));
    }
    return Buffer.concat(parts).toString('latin1');
  }
}

async function streamed(
  content: Content,
  tail: (lastByte: number | undefined) => string,
): Promise<Buffer> {
  const bytes = Buffer.concat(await Array.fromAsync(content.chunks()));
  return Buffer.concat([bytes, Buffer.from(tail(bytes.at(-1)))]);
}

/** A content of these chunks. */
export function contentOf(...chunks: string[]): Content {
  const buffers = chunks.map((chunk) => Buffer.from(chunk));
  return {
    size: buffers.reduce((sum, chunk) => sum + chunk.length, 0),
    async *chunks() {
      yield* buffers;
    },
    giveBack: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
