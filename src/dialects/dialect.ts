import type { Command } from '../commands/command.js';
import type { Content, Reply } from '../commands/reply.js';

export type DialectName = 'resp' | 'text';

/** What a dialect makes of the bytes. */
export type Decoded =
  | { readonly kind: 'command'; readonly command: Command }
  /** The dialect answers by itself (a greeting, a protocol error); nothing is executed. */
  | { readonly kind: 'answer'; readonly bytes: string; readonly close: boolean };

/** Where encoded replies go. What is written between two flushes leaves in one write. */
export abstract class ReplyWriter {
  /** UTF-8. */
  abstract text(text: string): void;
  /** Kept, not copied: must not be changed afterwards. */
  abstract bytes(bytes: Buffer): void;
  /**
   * Streams `content`, or writes it at once if it is whole in memory, then what `tail` makes of its
   * last byte (undefined for an empty one). Whatever is written after this call follows it. If the
   * content fails under way the connection is cut, for its declared length was sent already.
   */
  abstract content(content: Content, tail: (lastByte: number | undefined) => string): void;
  /** Close once all of this has been sent. What is written afterwards is dropped. */
  abstract close(): void;
}

/**
 * A wire protocol of one connection: bytes to commands, replies to bytes. No I/O, no timers.
 *
 * The connection calls {@link feed} for every read, then {@link next} until it is undefined, and
 * {@link encode} with the reply to each command before the following {@link next}: a dialect may
 * depend on what the last reply was.
 */
export abstract class Dialect {
  abstract readonly name: DialectName;

  /**
   * Takes the bytes of one read; they are never changed afterwards.
   * @param atMicros when they were read, in microseconds since the epoch
   */
  abstract feed(bytes: Buffer, atMicros: number): void;

  /** The peer will send no more. */
  abstract end(): void;

  /** The next whole message; undefined if more bytes (or the quiet time) are needed. */
  abstract next(): Decoded | undefined;

  /**
   * Writes the reply to `command`, which came from the last {@link next}. May write nothing: where
   * the stream broke within that command, the answer of the next {@link next} stands for it.
   */
  abstract encode(command: Command, reply: Reply, out: ReplyWriter): void;

  /**
   * Writes, between two replies, what answers no command. Nothing where the protocol has no place
   * for that.
   */
  abstract encodeUnasked(message: Reply, out: ReplyWriter): void;

  /** The connection is gone: an upload under way is aborted. */
  abstract abort(error: Error): void;

  /**
   * If over 0: {@link quiet} is to be called when nothing arrived for this many milliseconds after
   * the last {@link feed}. Read after every `next() === undefined`.
   */
  abstract readonly quietMs: number;

  abstract quiet(): void;

  /**
   * Bytes that were fed but not yet decoded, with what keeping them costs; for the connection's
   * limit on reading ahead. To be heeded while a command runs only: what `next() === undefined`
   * left is an incomplete message, which the dialect bounds by itself and which needs more bytes.
   */
  abstract readonly bufferedBytes: number;

  /** The upload that is under way, if any: whether to go on reading depends on it. */
  abstract readonly uploading:
    | { readonly full: boolean; onDrain: () => void; room(): Buffer | undefined }
    | undefined;
}
