import type { Extract, Pack } from 'tar-stream';

/** Where the bytes of one entry of an archive go. */
export type Sink = ReturnType<Pack['entry']>;

/** Writes, and waits while the other side is behind. Does nothing once the stream is over. */
export async function writeTo(stream: Sink | Extract, chunk: Uint8Array): Promise<void> {
  if (stream.destroying || stream.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The bytes of a stream whose types do not tell that it is one of bytes. */
export async function* bytesOf(
  stream: AsyncIterable<unknown>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a stream of bytes had something else in it');
    yield chunk;
  }
}
