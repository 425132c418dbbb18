import { ContentStream } from './content-stream.js';
import { ProtocolError, serverError } from './errors.js';
import type { BulkSink } from './resp/blob.js';
import { type Argument, encodeRequest } from './resp/encode.js';
import { ErrorReply, type RespValue } from './resp/values.js';
import type { Flow, Outgoing, Request } from './transport/request.js';

/** A `GET` whose answer is handed over while it arrives; null where there is no such file. */
export class ContentRequest implements Request {
  readonly command = 'GET';
  readonly waitMs = 0;
  readonly promise: Promise<ContentStream | null>;
  readonly #answer = Promise.withResolvers<ContentStream | null>();
  readonly #args: readonly Argument[];
  readonly #workMs: number;
  #stream: ContentStream | undefined;
  #failed = false;

  /** @param checkMs how long the server may read in silence, to check it, before it answers */
  constructor(args: readonly Argument[], checkMs = 0) {
    this.promise = this.#answer.promise;
    this.#args = args;
    this.#workMs = checkMs;
  }

  get workMs(): number {
    return this.#stream === undefined ? this.#workMs : 0;
  }

  /** What has begun to arrive may be half used already. */
  get repeatable(): boolean {
    return this.#stream === undefined && !this.#failed;
  }

  encode(): Outgoing {
    return { head: encodeRequest([this.command, ...this.#args]) };
  }

  bulk(size: number, flow: Flow): BulkSink {
    this.#stream = new ContentStream(size, flow);
    this.#answer.resolve(this.#stream);
    // Nobody would read it; what is behind it must not wait for that.
    if (this.#failed) this.#stream.destroy();
    return this.#stream.sink();
  }

  settle(value: RespValue): void {
    if (value === null) this.#answer.resolve(null);
    else if (value instanceof ErrorReply) this.fail(serverError(value.code, value.message));
    else this.fail(new ProtocolError('GET was answered with something that is no content'));
  }

  fail(error: Error): void {
    this.#failed = true;
    this.#answer.reject(error);
    this.#stream?.destroy(error);
  }
}
