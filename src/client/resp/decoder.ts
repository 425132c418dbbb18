import { ProtocolError } from '../errors.js';
import { Blob, type BulkSink, Collector } from './blob.js';
import { ITEM_OVERHEAD_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_LINE_BYTES } from './limits.js';
import { decodeScalar, parseCount } from './scalars.js';
import { ErrorReply, type RespValue } from './values.js';

/** Where decoded replies go, in order. */
export interface ReplySink {
  value(value: RespValue): void;
  /** A RESP3 push message; it answers no request. */
  push(items: readonly RespValue[]): void;
  /** A reply that is one string of `size` bytes begins: who takes it piece by piece, if anybody. */
  bulk(size: number): BulkSink | undefined;
}

type AggregateKind = 'array' | 'map' | 'push' | 'attribute';

interface Aggregate {
  readonly kind: AggregateKind;
  readonly items: RespValue[];
  left: number;
}

const AGGREGATES: Readonly<Record<string, AggregateKind>> = {
  '*': 'array',
  '~': 'array',
  '%': 'map',
  '>': 'push',
  '|': 'attribute',
};

const NOTHING = Buffer.alloc(0);
const CRLF = '\r\n';

/**
 * Replies of RESP2 and RESP3, from bytes that may be cut anywhere. Not supported, because Candado
 * never sends them: strings and aggregates of unknown length.
 *
 * Throws {@link ProtocolError}; the stream cannot be trusted any more then.
 */
export class ReplyDecoder {
  readonly #sink: ReplySink;
  readonly #maxReplyBytes: number;
  #rest: Buffer = NOTHING;
  #blob: Blob | undefined;
  readonly #open: Aggregate[] = [];
  #replyBytes = 0;

  /** @param maxReplyBytes most that one reply may hold in memory */
  constructor(sink: ReplySink, maxReplyBytes: number) {
    this.#sink = sink;
    this.#maxReplyBytes = maxReplyBytes;
  }

  /** Takes the bytes of one read; they must not be changed afterwards. */
  feed(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = NOTHING;
    let at = 0;
    while (at < bytes.length) {
      if (this.#blob !== undefined) {
        at = this.#takeBlob(this.#blob, bytes, at);
        continue;
      }
      const end = bytes.indexOf(CRLF, at);
      if ((end < 0 ? bytes.length : end) - at > MAX_LINE_BYTES) {
        throw new ProtocolError(`a line of the reply is over ${MAX_LINE_BYTES} bytes`);
      }
      if (end < 0) {
        this.#rest = bytes.subarray(at);
        return;
      }
      this.#line(bytes.toString('latin1', at, at + 1), bytes.toString('utf8', at + 1, end));
      at = end + CRLF.length;
    }
  }

  #takeBlob(blob: Blob, bytes: Buffer, at: number): number {
    const next = blob.take(bytes, at);
    if (blob.whole) {
      this.#blob = undefined;
      blob.sink.end();
    }
    return next;
  }

  #line(type: string, line: string): void {
    const aggregate = AGGREGATES[type];
    if (aggregate !== undefined) {
      this.#openAggregate(aggregate, line);
    } else if (type === '$' || type === '!' || type === '=') {
      this.#openBlob(type, line);
    } else {
      this.#account(line.length);
      this.#complete(decodeScalar(type, line));
    }
  }

  #openAggregate(kind: AggregateKind, line: string): void {
    const count = parseCount(line);
    if (count < 0) {
      this.#complete(null);
      return;
    }
    if (count > MAX_ITEMS) throw new ProtocolError(`the reply announces ${count} elements`);
    if (this.#open.length >= MAX_DEPTH) throw new ProtocolError('the reply is nested too deep');
    if (kind === 'push' && this.#open.length > 0) {
      throw new ProtocolError('a push message stands inside a reply');
    }
    const left = kind === 'map' || kind === 'attribute' ? count * 2 : count;
    const opened: Aggregate = { kind, items: [], left };
    if (left > 0) this.#open.push(opened);
    else this.#closeAggregate(opened);
  }

  #openBlob(type: '$' | '!' | '=', line: string): void {
    const size = parseCount(line);
    if (size < 0) {
      this.#complete(null);
      return;
    }
    const streamed = type === '$' && this.#open.length === 0 ? this.#sink.bulk(size) : undefined;
    if (streamed === undefined) this.#account(size);
    this.#blob = new Blob(size, streamed ?? this.#collector(type));
  }

  #collector(type: '$' | '!' | '='): Collector {
    return new Collector((bytes) => {
      if (type === '$') this.#complete(bytes);
      else if (type === '!') this.#complete(ErrorReply.parse(bytes.toString('utf8')));
      // A verbatim string begins with its format and a colon: `txt:`.
      else this.#complete(bytes.toString('utf8', 4));
    });
  }

  #account(bytes: number): void {
    this.#replyBytes += bytes + ITEM_OVERHEAD_BYTES;
    if (this.#replyBytes > this.#maxReplyBytes) {
      throw new ProtocolError(`a reply is over ${this.#maxReplyBytes} bytes`);
    }
  }

  #complete(value: RespValue): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      this.#replyBytes = 0;
      this.#sink.value(value);
      return;
    }
    parent.items.push(value);
    parent.left -= 1;
    if (parent.left > 0) return;
    this.#open.pop();
    this.#closeAggregate(parent);
  }

  #closeAggregate({ kind, items }: Aggregate): void {
    // Attributes are remarks about the value that follows and count as no element themselves.
    if (kind === 'attribute') return;
    if (kind === 'push') {
      this.#replyBytes = 0;
      this.#sink.push(items);
      return;
    }
    this.#complete(kind === 'map' ? toMap(items) : items);
  }
}

function toMap(items: readonly RespValue[]): ReadonlyMap<string, RespValue> {
  const map = new Map<string, RespValue>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const value = items[at + 1];
    map.set(String(items[at]), value === undefined ? null : value);
  }
  return map;
}
