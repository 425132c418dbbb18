import type { Socket } from 'node:net';
import { CandadoError } from '../errors.js';
import type { OutgoingBody, Request } from './request.js';

/** What happens to requests on their way out. */
export interface OutboxEvents {
  /** Its first byte is about to leave: from here on an answer is due. */
  sending(request: Request): void;
  /** Bytes of a content went out. */
  progress(): void;
  /** A content broke off after its length was announced: the stream cannot be trusted any more. */
  broken(request: Request, error: Error): void;
}

/**
 * Sends requests in order. What follows is held back by a content that is still on its way, and by
 * a request that asks for it ({@link Request.barrier}).
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #events: OutboxEvents;
  #waiting: Request[] = [];
  #uploading = false;
  #barrier: Request | undefined;
  #corked = false;

  constructor(socket: Socket, events: OutboxEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Whether what is added now leaves now. */
  get free(): boolean {
    return !this.#uploading && this.#barrier === undefined;
  }

  add(request: Request): void {
    this.#waiting.push(request);
    this.#pump();
  }

  /** Takes out one that was not sent yet. */
  remove(request: Request): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((other) => other !== request);
    return this.#waiting.length < before;
  }

  /** Takes out what was not sent. */
  drain(): Request[] {
    const unsent = this.#waiting;
    this.#waiting = [];
    return unsent;
  }

  /** A request was answered. */
  settled(request: Request): void {
    if (this.#barrier !== request) return;
    this.#barrier = undefined;
    this.#pump();
  }

  #pump(): void {
    while (this.free && !this.#socket.destroyed) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      if (request.barrier === true) this.#barrier = request;
      this.#events.sending(request);
      const { head, body } = request.encode();
      if (request.immediate !== true) this.#corkForThisTurn();
      this.#socket.write(head);
      if (body !== undefined) this.#startUpload(request, body);
    }
  }

  /** What is asked for in one turn of the event loop leaves in one write. */
  #corkForThisTurn(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #startUpload(request: Request, body: OutgoingBody): void {
    this.#uploading = true;
    this.#upload(body)
      .catch((error: unknown) => {
        // Its connection is gone: it may be on its way through another one by now.
        if (this.#socket.destroyed) return;
        this.#events.broken(request, error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => {
        this.#uploading = false;
        this.#pump();
      });
  }

  async #upload(body: OutgoingBody): Promise<void> {
    let left = body.size;
    for await (const chunk of body.chunks) {
      left -= chunk.length;
      if (left < 0) break;
      if (this.#socket.destroyed) return;
      if (!this.#socket.write(chunk)) await this.#drained();
      this.#events.progress();
    }
    if (left !== 0) {
      const found = left < 0 ? 'more' : `only ${body.size - left}`;
      throw new CandadoError('LENGTH', `${body.size} bytes were announced, ${found} came`);
    }
    this.#socket.write(body.tail());
  }

  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => resolve();
    this.#socket.once('drain', done).once('close', done);
    await promise;
    this.#socket.off('drain', done).off('close', done);
  }
}
