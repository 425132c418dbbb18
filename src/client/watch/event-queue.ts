import type { WatchEvent } from './events.js';

/**
 * How many events wait for a slow reader before its connection is not read any more. The server
 * then cuts it in the end, and the reader is told of a gap: memory stays bounded on both sides.
 */
const MAX_WAITING_EVENTS = 1_000;

type Result = IteratorResult<WatchEvent, undefined>;

/** Events between a connection that brings them and a loop that takes them. */
export class EventQueue {
  readonly #onRoom: () => void;
  #events: WatchEvent[] = [];
  #readers: { resolve(result: Result): void; reject(error: Error): void }[] = [];
  #ended = false;
  #error: Error | undefined;

  /** @param onRoom called when there is room again after {@link push} said that there is none */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  /** @returns whether there is room for more */
  push(event: WatchEvent): boolean {
    if (this.#ended) return true;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#events.push(event);
    else reader.resolve({ value: event, done: false });
    return this.#events.length < MAX_WAITING_EVENTS;
  }

  next(): Promise<Result> {
    const event = this.#events.shift();
    if (event !== undefined) {
      if (this.#events.length === MAX_WAITING_EVENTS - 1) this.#onRoom();
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /** No more events; with an error, the reader is told of it once, after what came before. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    const [first, ...others] = this.#readers;
    this.#readers = [];
    if (error === undefined) first?.resolve({ value: undefined, done: true });
    else if (first === undefined) this.#error = error;
    else first.reject(error);
    for (const reader of others) reader.resolve({ value: undefined, done: true });
  }

  /** What is there is not wanted any more. */
  clear(): void {
    this.#events = [];
    this.#error = undefined;
  }
}
