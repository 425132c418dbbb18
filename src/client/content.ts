import type { Argument } from './resp/encode.js';
import { encodeAround } from './resp/encode.js';
import type { Outgoing } from './transport/request.js';

/** A content whose length is known before its bytes are. */
export interface SizedStream {
  /** In bytes; what the stream gives must be exactly as long. */
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What can be put: text is sent as UTF-8. */
export type PutContent = string | Uint8Array | SizedStream;

/** A request around a content, which is neither copied nor gathered. */
export function encodeContent(
  before: readonly Argument[],
  content: PutContent,
  after: readonly Argument[],
): Outgoing {
  const { size, chunks } = sized(content);
  const { head, tail } = encodeAround(before, size, after);
  return { head, body: { size, chunks, tail } };
}

function sized(content: PutContent): {
  size: number;
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
} {
  if (typeof content === 'string') return sized(Buffer.from(content));
  if (content instanceof Uint8Array) return { size: content.length, chunks: [content] };
  return content;
}
