import type { Socket } from 'node:net';
import { ConnectionLost, serverError } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { toInteger, toText } from '../replies.js';
import { ReplyDecoder } from '../resp/decoder.js';
import { encodeRequest } from '../resp/encode.js';
import { ErrorReply, type RespValue } from '../resp/values.js';
import { withinConnectTimeout } from '../transport/open.js';
import type { WatchTopics } from './wish.js';

/** Where the messages of a subscription go. */
export interface SubscriptionEvents {
  /** Everything asked for is subscribed: nothing that happens from now on is missed. */
  subscribed(): void;
  message(channel: string, message: string): void;
}

/**
 * One connection that only listens. Confirmations and messages are pushes in RESP3 and ordinary
 * arrays in RESP2; they mean the same.
 */
export class Subscription {
  /** Resolves with the reason once the connection is gone. */
  readonly ended: Promise<Error>;
  readonly #socket: Socket;
  readonly #topics: Required<WatchTopics>;
  readonly #events: SubscriptionEvents;
  readonly #clientName: string;
  readonly #heartbeat: NodeJS.Timeout;
  #greeted = false;
  #pinged = false;
  #error: Error | undefined;

  private constructor(
    socket: Socket,
    options: ClientOptions,
    topics: Required<WatchTopics>,
    events: SubscriptionEvents,
  ) {
    this.#socket = socket;
    this.#topics = topics;
    this.#events = events;
    this.#clientName = options.clientName;
    this.#heartbeat = setInterval(() => this.#beat(), options.requestTimeoutMs);
    const decoder = new ReplyDecoder(
      {
        value: (value) => this.#value(value),
        push: (items) => this.#message(items),
        bulk: () => undefined,
      },
      options.maxBufferedBytes,
    );
    socket.on('data', (bytes: Buffer) => this.#read(decoder, bytes));
    this.ended = this.#listen();
    const name = this.#clientName === '' ? [] : ['SETNAME', this.#clientName];
    this.#send('HELLO', '3', ...name);
  }

  /**
   * Resolves once everything is subscribed.
   *
   * Throws `Unreachable` if that cannot be done in time, and what the server said if it refused.
   */
  static async open(
    options: ClientOptions,
    topics: Required<WatchTopics>,
    signal: AbortSignal,
    events: SubscriptionEvents,
  ): Promise<Subscription> {
    return await withinConnectTimeout(options, signal, async (socket) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const subscription = new Subscription(socket, options, topics, {
        message: (channel, message) => events.message(channel, message),
        subscribed: () => {
          events.subscribed();
          resolve();
        },
      });
      void subscription.ended.then(reject);
      await promise;
      return subscription;
    });
  }

  /** Takes nothing in until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.destroy();
  }

  #listen(): Promise<Error> {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.#socket.on('error', (cause) => {
      this.#error ??= new ConnectionLost(`the connection broke: ${cause.message}`, { cause });
    });
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      clearInterval(this.#heartbeat);
      resolve(this.#error ?? new ConnectionLost('the server closed the connection'));
    });
    return promise;
  }

  #read(decoder: ReplyDecoder, bytes: Buffer): void {
    if (this.#error !== undefined) return;
    this.#pinged = false;
    this.#heartbeat.refresh();
    try {
      decoder.feed(bytes);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #value(value: RespValue): void {
    const isRefusal = value instanceof ErrorReply;
    if (!this.#greeted) {
      if (isRefusal && !['NOPROTO', 'ERR'].includes(value.code)) this.#refused(value);
      else this.#subscribe(isRefusal);
    } else if (isRefusal) this.#refused(value);
    else if (Array.isArray(value)) this.#message(value);
  }

  #subscribe(inResp2: boolean): void {
    this.#greeted = true;
    if (inResp2 && this.#clientName !== '') this.#send('CLIENT', 'SETNAME', this.#clientName);
    const { channels, patterns } = this.#topics;
    if (channels.length > 0) this.#send('SUBSCRIBE', ...channels);
    if (patterns.length > 0) this.#send('PSUBSCRIBE', ...patterns);
  }

  #message([kind, first, second, third]: readonly RespValue[]): void {
    switch (toText(kind)) {
      case 'subscribe':
      case 'psubscribe': {
        const { channels, patterns } = this.#topics;
        // The same topic twice is counted once by the server.
        const wanted = new Set(channels).size + new Set(patterns).size;
        if (toInteger(second) === wanted) this.#events.subscribed();
        break;
      }
      case 'message':
        this.#events.message(toText(first), toText(second));
        break;
      case 'pmessage':
        this.#events.message(toText(second), toText(third));
        break;
    }
  }

  /** A listener does not notice by itself that nobody is there any more. */
  #beat(): void {
    if (this.#socket.isPaused()) return;
    if (this.#pinged) {
      this.#fail(new ConnectionLost('the server does not answer any more'));
      return;
    }
    this.#pinged = true;
    this.#send('PING');
  }

  #refused({ code, message }: ErrorReply): void {
    this.#fail(serverError(code, message));
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #send(...words: readonly string[]): void {
    this.#socket.write(encodeRequest(words));
  }
}
