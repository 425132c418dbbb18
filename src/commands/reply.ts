import type { ErrorCode } from './error-codes.js';

/** What a command answers; every dialect knows how to write it. */
export type Reply =
  | { readonly kind: 'simple'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'bulk'; readonly value: string | Buffer }
  /** A long text for people (`INFO`, `CLIENT LIST`): verbatim in RESP3, bulk in RESP2. */
  | { readonly kind: 'verbatim'; readonly value: string }
  /** The time of day in microseconds since the epoch: seconds, and microseconds of that second. */
  | { readonly kind: 'time'; readonly micros: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly Reply[] }
  | { readonly kind: 'set'; readonly items: readonly Reply[] }
  /** Named fields: a map in RESP3, a flat array in RESP2. */
  | { readonly kind: 'record'; readonly fields: readonly (readonly [string, Reply])[] }
  | PushReply
  /** Several replies to one command, one behind the other. Not inside another reply. */
  | { readonly kind: 'many'; readonly replies: readonly Reply[] }
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string }
  /** The answer to `HELLO`: sets the version from this very reply on. */
  | { readonly kind: 'hello'; readonly protocol: 2 | 3; readonly reply: Reply }
  /** Answer, then close the connection. */
  | { readonly kind: 'bye'; readonly reply: Reply };

/**
 * Out of band in RESP3: what nobody asked for, and what is said of subscriptions. In RESP2 an array,
 * which a client takes for the reply to a command unless it is subscribed.
 */
export interface PushReply {
  readonly kind: 'push';
  /** The first names its kind. */
  readonly items: readonly Reply[];
}

/** Bytes of a known length that are streamed to the client. */
export interface Content extends AsyncDisposable {
  readonly size: number;
  /** All of it, where it is in memory: may be sent at once, and is not to be changed. */
  readonly whole?: Buffer;
  chunks(): AsyncIterable<Buffer>;
  /** Takes back the memory of a chunk that has been sent. */
  giveBack(chunk: Buffer): void;
}

/** A content that is in memory, and holds nothing to dispose of. */
export class WholeContent implements Content {
  constructor(readonly whole: Buffer) {}

  get size(): number {
    return this.whole.length;
  }

  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    if (this.whole.length > 0) yield this.whole;
  }

  giveBack(): void {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

export const OK: Reply = { kind: 'simple', text: 'OK' };
export const NULL: Reply = { kind: 'null' };

export const integer = (value: number): Reply => ({ kind: 'integer', value });
export const bulk = (value: string | Buffer): Reply => ({ kind: 'bulk', value });
export const array = (items: readonly Reply[]): Reply => ({ kind: 'array', items });
export const record = (fields: readonly (readonly [string, Reply])[]): Reply => ({
  kind: 'record',
  fields,
});
export const many = (replies: readonly Reply[]): Reply => ({ kind: 'many', replies });
export const failure = (code: ErrorCode, message: string): Reply => ({
  kind: 'error',
  code,
  message,
});
