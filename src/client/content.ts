import type { Argument } from './resp/encode.js';
import { encodeAround } from './resp/encode.js';
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

/** A content on its way into requests, which neither copy nor gather it. */
export class Upload {
  readonly #size: number;
  readonly #chunks: () => OutgoingBody['chunks'];
  readonly #once: boolean;
  #begun = false;

  constructor(content: PutContent) {
    const given = typeof content === 'string' ? Buffer.from(content) : content;
    if (given instanceof Uint8Array) {
      this.#size = given.length;
      this.#chunks = () => [given];
      this.#once = false;
    } else {
      const { size, chunks } = given;
      this.#size = size;
      this.#chunks = typeof chunks === 'function' ? chunks : () => chunks;
      this.#once = typeof chunks !== 'function';
    }
  }

  /** Whether all of it can be sent (again). */
  get whole(): boolean {
    return !(this.#once && this.#begun);
  }

  encode(before: readonly Argument[], after: readonly Argument[]): Outgoing {
    const { head, tail } = encodeAround(before, this.#size, after);
    this.#begun = true;
    return { head, body: { size: this.#size, chunks: this.#chunks(), tail } };
  }
}
