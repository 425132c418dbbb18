import { createHash, type Hash } from 'node:crypto';
import { type Argument, encodeHead, encodeTail } from './resp/encode.js';
import type { Outgoing, OutgoingBody } from './transport/request.js';

/** A content whose length is known before its bytes are. */
export interface SizedStream {
  /** In bytes; what the stream gives must be exactly as long. */
  readonly size: number;
  /**
   * Where the bytes come from. A function is called for every time the content is sent and begins
   * at its start, so that it can be sent again when a connection breaks; a stream can be used once.
   */
  readonly chunks: AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);
}

/** What can be put: text is sent as UTF-8. */
export type PutContent = string | Uint8Array | SizedStream;

/**
 * What the server compares with what it received: a sha256 in hex, known from elsewhere; or `true`
 * for that of the bytes as they leave, which costs no second reading.
 */
export type Sha256Option = string | boolean;

/** A content on its way into requests, which neither copy nor gather it. */
export class Upload {
  readonly size: number;
  readonly #chunks: () => OutgoingBody['chunks'];
  readonly #once: boolean;
  readonly #sha256: Sha256Option;
  #begun = false;

  /** Throws a `RangeError` for what cannot be a sha256. */
  constructor(content: PutContent, sha256: Sha256Option = false) {
    if (typeof sha256 === 'string' && !/^[0-9a-f]{64}$/i.test(sha256)) {
      throw new RangeError('sha256 must be 64 hexadecimal digits, or true to have it computed');
    }
    this.#sha256 = sha256;
    const given = typeof content === 'string' ? Buffer.from(content) : content;
    if (given instanceof Uint8Array) {
      this.size = given.length;
      this.#chunks = () => [given];
      this.#once = false;
    } else {
      const { size, chunks } = given;
      this.size = size;
      this.#chunks = typeof chunks === 'function' ? chunks : () => chunks;
      this.#once = typeof chunks !== 'function';
    }
  }

  /** Whether all of it can be sent (again). */
  get whole(): boolean {
    return !(this.#once && this.#begun);
  }

  encode(before: readonly Argument[], after: readonly Argument[]): Outgoing {
    this.#begun = true;
    const { size } = this;
    const sha256 = this.#sha256;
    const hash = createHash('sha256');
    const chunks = sha256 === true ? hashed(this.#chunks(), hash) : this.#chunks();
    const checksum = (): readonly Argument[] => {
      if (sha256 === false) return [];
      return ['SHA256', sha256 === true ? hash.digest('hex') : sha256];
    };
    return {
      head: encodeHead(before, size, (sha256 === false ? 0 : 2) + after.length),
      body: { size, chunks, tail: () => encodeTail([...checksum(), ...after]) },
    };
  }
}

async function* hashed(
  chunks: OutgoingBody['chunks'],
  hash: Hash,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
