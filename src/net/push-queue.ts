import { failure, type PushReply, type Reply } from '../commands/reply.js';
import type { Dialect } from '../dialects/dialect.js';
import { PUSH_COST_BYTES, UNREAD_PUSH_BYTES } from './limits.js';
import type { SocketWriter } from './socket-writer.js';

const TOO_SLOW = failure(
  'BUSY',
  'a slow subscriber: this client left too many messages unread, and the connection is closed; read faster, or subscribe to less',
);

/** What the connection has to do with it. */
export interface PushEvents {
  /** Something was written that is to be flushed, or the connection is to be closed now. */
  written(): void;
  /** The client is too far behind: nothing more is taken for it, and it is about to be closed. */
  overflown(): void;
}

/**
 * What a client gets without having asked: written at once between two replies, kept back while a
 * content is streamed or the client is behind with reading. Replies do not overtake it.
 *
 * Its events come in a turn of their own: there may be more to write by then, and who tells of a
 * change must not be led into what that brings about.
 */
export class PushQueue {
  #waiting: PushReply[] = [];
  #cost = 0;
  #full = false;
  #told = false;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(
    private readonly dialect: Dialect,
    private readonly writer: SocketWriter,
    private readonly events: PushEvents,
  ) {}

  send(message: PushReply): void {
    if (this.#full || this.writer.closing) return;
    if (this.#waiting.length === 0 && !this.#held) {
      this.#write(message);
      return;
    }
    this.#waiting.push(message);
    this.#cost += costOf(message);
    if (this.#cost <= UNREAD_PUSH_BYTES) return;
    this.#full = true;
    this.#schedule();
  }

  /** Writes what waits, as far as the client keeps up. */
  release(): void {
    if (this.#full) {
      this.#finish();
      return;
    }
    const waiting = this.#waiting;
    let count = 0;
    for (; count < waiting.length && !this.#held; count++) this.#writeNext(waiting[count]);
    this.#waiting = waiting.slice(count);
  }

  /** Writes all that waits. Not while a content is streamed. */
  releaseAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.#writeNext(message);
  }

  /** The connection is gone. */
  cancel(): void {
    clearImmediate(this.#scheduled);
    this.#waiting = [];
  }

  get #held(): boolean {
    return this.writer.streaming !== undefined || this.writer.backpressured;
  }

  #writeNext(message: PushReply | undefined): void {
    if (message === undefined) return;
    this.#cost -= costOf(message);
    this.#write(message);
  }

  #write(message: Reply): void {
    this.dialect.encodeUnasked(message, this.writer);
    this.#schedule();
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      if (this.#full) this.#finish();
      this.events.written();
    });
  }

  /** All that waits, then why there is no more. */
  #finish(): void {
    if (this.writer.closing) return;
    if (!this.#told) {
      this.#told = true;
      this.events.overflown();
    }
    if (this.writer.streaming !== undefined) return;
    this.releaseAll();
    this.dialect.encodeUnasked(TOO_SLOW, this.writer);
    this.writer.close();
  }
}

function costOf({ items }: PushReply): number {
  return items.reduce((cost, item) => cost + textLength(item), PUSH_COST_BYTES);
}

function textLength(item: Reply): number {
  return item.kind === 'bulk' ? item.value.length : 0;
}
