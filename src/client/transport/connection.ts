import type { Socket } from 'node:net';
import { CandadoError, ConnectionLost, ProtocolError } from '../errors.js';
import type { ClientOptions } from '../options.js';
import type { BulkSink } from '../resp/blob.js';
import { ReplyDecoder } from '../resp/decoder.js';
import type { RespValue } from '../resp/values.js';
import { Call } from './call.js';
import { DoubtfulAnswers } from './doubtful-answers.js';
import { Outbox } from './outbox.js';
import type { Flow, Request } from './request.js';
import { SilenceWatch } from './silence-watch.js';

/** Why a connection ended, and what it leaves behind. */
export interface Ended {
  readonly error: Error;
  /** Sent, in whole or in part, and not answered. */
  readonly inFlight: readonly Request[];
  readonly unsent: readonly Request[];
}

/** A message that answers no request; its first item names its kind. */
export type OnPush = (items: readonly RespValue[]) => void;

/** One socket: requests go out in order, and answers come back in that order. */
export class Connection {
  readonly ended: Promise<Ended>;
  readonly #socket: Socket;
  readonly #decoder: ReplyDecoder;
  readonly #outbox: Outbox;
  readonly #watch: SilenceWatch;
  readonly #doubtful = new DoubtfulAnswers((request, value) => this.#settle(request, value));
  readonly #maxReplyBytes: number;
  #inFlight: Request[] = [];
  #error: Error | undefined;
  /** When the last bytes came. */
  #readAtMs = 0;

  /** @param socket connected */
  constructor(socket: Socket, options: ClientOptions, onPush: OnPush) {
    this.#socket = socket;
    this.#maxReplyBytes = options.maxBufferedBytes;
    this.#watch = new SilenceWatch(options.requestTimeoutMs, (silentMs) => {
      this.destroy(new ConnectionLost(`the server did not answer for ${silentMs} ms`));
    });
    this.#decoder = new ReplyDecoder(
      {
        value: (value) => {
          const request = this.#take('a reply');
          if (!this.#doubtful.keeps(request, value)) this.#settle(request, value);
        },
        push: onPush,
        bulk: (size) => this.#bulk(size),
      },
      options.maxBufferedBytes,
    );
    this.#outbox = new Outbox(socket, {
      sending: (request) => {
        this.#inFlight.push(request);
        if (this.#inFlight.length === 1) this.#watchFront();
      },
      progress: () => this.#watch.progress(),
      broken: (request, error) => {
        request.fail(error);
        this.#inFlight = this.#inFlight.filter((other) => other !== request);
        this.destroy(
          new ConnectionLost('a content that was being sent broke off', { cause: error }),
        );
      },
    });
    this.ended = this.#listen();
  }

  get alive(): boolean {
    return this.#error === undefined && !this.#socket.destroyed;
  }

  /** Requests under way and waiting to be sent. */
  get load(): number {
    return this.#inFlight.length + this.#outbox.length + this.#doubtful.size;
  }

  /** Whether everything else that is under way may be asked again. */
  interruptible(request: Request): boolean {
    return this.#inFlight.every((other) => other === request || other.repeatable);
  }

  send(request: Request): void {
    this.#outbox.add(request);
  }

  /** Takes back a request that was not sent yet. */
  withdraw(request: Request): boolean {
    return this.#outbox.remove(request);
  }

  /** Cuts the connection; what is under way ends with it. */
  destroy(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  /**
   * Rejects what is under way and says good-bye, so that the server ends the session and does not
   * keep it for a client that may come back.
   * @returns whether the server heard it; else the connection is still to be cut
   */
  async leave(closed: Error, withinMs: number): Promise<boolean> {
    const free = this.alive && this.#outbox.free;
    for (const request of [...this.#doubtful.takeAll(), ...this.#inFlight]) request.fail(closed);
    for (const request of this.#outbox.drain()) request.fail(closed);
    if (!free) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), withinMs);
    const quit = new Call({ command: 'QUIT', args: [], parse: () => true });
    this.send(quit);
    // The end of this direction ends a wait that stands in front of it.
    this.#socket.end();
    void this.ended.then(({ error }) => quit.fail(error));
    quit.promise.then(resolve, (error) => resolve(!(error instanceof ConnectionLost)));
    return await promise.finally(() => clearTimeout(timer));
  }

  #listen(): Promise<Ended> {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', (cause) => {
      this.#error ??= new ConnectionLost(`the connection broke: ${cause.message}`, { cause });
    });
    // The server ends a connection only for good; an unfinished upload has nobody to go to.
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      this.#watch.stop();
      const error = this.#error ?? new ConnectionLost('the server closed the connection');
      this.#error = error;
      const inFlight = [...this.#doubtful.takeAll(), ...this.#inFlight];
      this.#inFlight = [];
      resolve({ error, inFlight, unsent: this.#outbox.drain() });
    });
    return promise;
  }

  #read(bytes: Buffer): void {
    this.#readAtMs = performance.now();
    if (this.#error !== undefined) return;
    this.#watch.progress();
    try {
      this.#decoder.feed(bytes);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new ProtocolError(String(error)));
    }
  }

  #take(what: string): Request {
    const request = this.#inFlight.shift();
    if (request === undefined) throw new ProtocolError(`the server sent ${what} nobody asked for`);
    this.#watchFront();
    return request;
  }

  #settle(request: Request, value: RespValue): void {
    request.settle(value, this.#readAtMs);
    this.#outbox.settled(request);
  }

  #bulk(size: number): BulkSink | undefined {
    const front = this.#inFlight[0];
    if (front === undefined) throw new ProtocolError('the server sent a string nobody asked for');
    const sink = front.bulk(size, this.#flow()) ?? this.#refusal(front, size);
    if (sink === undefined) return undefined;
    return {
      chunk: (bytes) => sink.chunk(bytes),
      end: () => {
        this.#take('a string');
        sink.end();
      },
    };
  }

  /** Lets a string pass that is too large to keep; the connection stays in step. */
  #refusal(front: Request, size: number): BulkSink | undefined {
    // The decoder's own bookkeeping needs some room beside the string itself.
    if (size + 1024 <= this.#maxReplyBytes) return undefined;
    const message = `the content has ${size} bytes, too many to keep in memory: use getStream()`;
    return {
      chunk: () => undefined,
      end: () => front.fail(new CandadoError('REPLYTOOBIG', message)),
    };
  }

  #flow(): Flow {
    return {
      pause: () => {
        this.#watch.stop();
        this.#socket.pause();
      },
      resume: () => {
        this.#watchFront();
        this.#socket.resume();
      },
    };
  }

  #watchFront(): void {
    const front = this.#inFlight[0];
    if (front === undefined) this.#watch.stop();
    else this.#watch.expect(front.waitMs + (front.workMs ?? 0));
  }
}
