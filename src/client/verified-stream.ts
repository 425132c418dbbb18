import type { Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ContentStream } from './content-stream.js';
import { CandadoError, ChecksumDiffers, ConnectionLost } from './errors.js';
import type { FileStat } from './records.js';

/** The beginning of a content that is here already. */
export interface Received {
  readonly bytes: number;
  /** A sha256 that was fed with those; it belongs to the stream from then on. */
  readonly hash: Hash;
}

/** Asks for a version from `offset` to its end; null where it is not kept. */
export type OpenFrom = (offset: number) => Promise<ContentStream | null>;

/** Broken connections in a row through which not one byte came. */
const MAX_BARREN_BREAKS = 3;

/**
 * One version of a file on its way in, from the first byte that is not here yet. It goes on where
 * it was when the connection breaks, and ends only if the sha256 over the whole version is right;
 * else it fails with {@link ChecksumDiffers}, after its last byte.
 *
 * As with any stream of a content, what is asked for after it on this client waits behind it.
 */
export class VerifiedStream extends Readable {
  readonly #openFrom: OpenFrom;
  readonly #hash: Hash;
  readonly #chunks: AsyncIterator<Buffer, void, undefined>;
  #content: ContentStream;
  #done: number;

  constructor(
    /** Of the version that is read. */
    readonly stat: FileStat,
    received: Received,
    content: ContentStream,
    openFrom: OpenFrom,
  ) {
    super();
    this.#done = received.bytes;
    this.#hash = received.hash;
    this.#content = adopted(content);
    this.#openFrom = openFrom;
    this.#chunks = this.#read();
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#content.destroy();
    callback(error);
  }

  async *#read(): AsyncGenerator<Buffer, void, undefined> {
    for (let barren = 0; ; barren += 1) {
      try {
        for await (const chunk of this.#content as AsyncIterable<Buffer>) {
          barren = 0;
          this.#hash.update(chunk);
          this.#done += chunk.length;
          yield chunk;
        }
        this.#check();
        return;
      } catch (error) {
        const lost = error instanceof ConnectionLost && !this.destroyed;
        if (!lost || barren >= MAX_BARREN_BREAKS) throw error;
      }
      await this.#goOn();
    }
  }

  async #goOn(): Promise<void> {
    const content = await this.#openFrom(this.#done);
    if (content === null) {
      const { name, version } = this.stat;
      const message = `version ${version} of ${JSON.stringify(name)} is not kept any more; it broke off after ${this.#done} bytes`;
      throw new CandadoError('PRUNED', message);
    }
    this.#content = adopted(content);
    if (this.destroyed) content.destroy();
  }

  #check(): void {
    const found = this.#hash.digest('hex');
    const { name, version, sha256 } = this.stat;
    if (found === sha256) return;
    throw new ChecksumDiffers(
      `version ${version} of ${JSON.stringify(name)} arrived with sha256 ${found}, not ${sha256}`,
    );
  }
}

/** What happens to it before anybody reads is told to who does. */
function adopted(content: ContentStream): ContentStream {
  return content.on('error', () => undefined);
}
