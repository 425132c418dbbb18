import type { BulkSink } from '../resp/blob.js';
import type { RespValue } from '../resp/values.js';

/** A request as it leaves: in one piece, or around a content of known length. */
export interface Outgoing {
  readonly head: Buffer;
  readonly body?: OutgoingBody;
}

export interface OutgoingBody {
  readonly size: number;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Follows the content; asked for when all of that was sent. */
  readonly tail: () => Buffer;
}

/** Lets the reader of a streamed reply hold the connection back. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** One request and whoever waits for its answer. */
export interface Request {
  /** Upper-case, for messages to people. */
  readonly command: string;
  /** Whether it may be asked again, now, when its answer was lost. */
  readonly repeatable: boolean;
  /** How much longer the server may keep it waiting on purpose, in milliseconds. */
  readonly waitMs: number;
  /** How much longer its answer may take for the work that is in it, in milliseconds. */
  readonly workMs?: number;
  /** Nothing leaves behind it before it was answered. */
  readonly barrier?: boolean;
  /** Leaves at once, without waiting for what else is asked for in the same turn. */
  readonly immediate?: boolean;
  /**
   * For one that may have changed something for good when its answer is lost: how its caller can
   * find out.
   */
  readonly lossAdvice?: string | undefined;
  /** Why it is not to be sent (again). @param sentBefore it may have been executed already */
  refusal?(sentBefore: boolean): Error | undefined;
  /** Called once for every time it is sent, at that time. */
  encode(): Outgoing;
  /** Takes a string of `size` bytes piece by piece, if it wants to; {@link settle} is not called. */
  bulk(size: number, flow: Flow): BulkSink | undefined;
  /** @param readAtMs when its last byte came, by `performance.now()` */
  settle(value: RespValue, readAtMs: number): void;
  fail(error: Error): void;
}
