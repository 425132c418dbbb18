import { setTimeout as delay } from 'node:timers/promises';
import { CandadoError } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { backoffDelayMs } from '../transport/backoff.js';
import { EventQueue } from './event-queue.js';
import { toWatchEvent, type WatchEvent } from './events.js';
import { Subscription } from './subscription.js';
import { topicsOf, type WatchTopics, type WatchWish } from './wish.js';

/** Refusals that another try, or another replica, would only repeat. */
const FINAL_CODES: readonly string[] = ['ERR', 'NAME', 'NOPERM', 'NOAUTH'];

/**
 * What happens to files and locks, as it happens. Events are hints: each comes at most once, and
 * those of an outage are lost; a `gap` event then says that it is time to look for oneself.
 *
 * The first connection is tried once; later ones are made again until the watch is ended.
 */
export class Watch implements AsyncIterableIterator<WatchEvent, undefined>, AsyncDisposable {
  /** Resolves when the first connection is subscribed: what happens from then on is told. */
  readonly ready: Promise<void>;
  readonly #options: ClientOptions;
  readonly #topics: Required<WatchTopics>;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #ready = Promise.withResolvers<void>();
  readonly #queue = new EventQueue(() => this.#subscription?.resume());
  readonly #running: Promise<void>;
  #subscription: Subscription | undefined;
  #gap: Error | undefined;

  /** @throws {RangeError} if there is nothing to watch */
  constructor(options: ClientOptions, wish: WatchWish, signal: AbortSignal) {
    this.#options = options;
    this.#topics = topicsOf(wish);
    this.#signal = AbortSignal.any([signal, this.#ending.signal]);
    this.#signal.addEventListener('abort', () => this.#subscription?.end(), { once: true });
    this.ready = this.#ready.promise;
    // Whoever does not wait for it hears of a failure from the loop.
    this.ready.catch(() => undefined);
    this.#running = this.#run();
  }

  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    return this.#queue.next();
  }

  /** Ends the watch; a loop that is left does it by itself. */
  async return(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.#ending.abort();
    await this.#running;
    this.#queue.clear();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #run(): Promise<void> {
    try {
      for (let attempt = 0; !this.#signal.aborted; attempt += 1) {
        if (this.#gap !== undefined) await this.#pause(attempt);
        if (await this.#listen()) attempt = 0;
      }
      this.#finish();
    } catch (error) {
      // Ended while it was connecting or pausing.
      if (this.#signal.aborted) this.#finish();
      else this.#finish(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** @returns whether there was a connection; throws where there never was, or never will be */
  async #listen(): Promise<boolean> {
    try {
      const subscription = await Subscription.open(this.#options, this.#topics, this.#signal, {
        subscribed: () => this.#onSubscribed(),
        message: (channel, message) => this.#push(toWatchEvent(channel, message)),
      });
      this.#subscription = subscription;
      if (this.#signal.aborted) subscription.end();
      this.#gap = await subscription.ended;
      return true;
    } catch (error) {
      const isFinal = error instanceof CandadoError && FINAL_CODES.includes(error.code);
      if (this.#gap === undefined || isFinal || !(error instanceof Error)) throw error;
      this.#gap = error;
      return false;
    } finally {
      this.#subscription = undefined;
    }
  }

  #onSubscribed(): void {
    if (this.#gap === undefined) this.#ready.resolve();
    else this.#push({ kind: 'watch', event: 'gap', reason: this.#gap.message });
  }

  #push(event: WatchEvent): void {
    if (!this.#queue.push(event)) this.#subscription?.pause();
  }

  async #pause(attempt: number): Promise<void> {
    const { reconnectMinDelayMs: minMs, reconnectMaxDelayMs: maxMs } = this.#options;
    const delayMs = backoffDelayMs(attempt, { minMs, maxMs }, Math.random());
    await delay(delayMs, undefined, { signal: this.#signal });
  }

  #finish(error?: Error): void {
    this.#queue.end(error);
    this.#ready.reject(error ?? new CandadoError('CLOSED', 'the watch was ended'));
  }
}
