import { EventEmitter } from 'node:events';
import type { PutContent } from './content.js';
import { ContentRequest } from './content-request.js';
import type { ContentStream } from './content-stream.js';
import type { HeldLock } from './held-lock.js';
import { Locking, type LockOptions } from './locking.js';
import { type ClientOptions, resolveOptions } from './options.js';
import type { FileStat, LockInfo } from './records.js';
import * as requests from './requests.js';
import type { Argument } from './resp/encode.js';
import type { RespValue } from './resp/values.js';
import type { TimeSample } from './time-exchange.js';
import { Call } from './transport/call.js';
import { Link } from './transport/link.js';

export interface ListOptions {
  /** A glob; every name without. */
  readonly pattern?: string;
  /** Names to a page. @default 1000 */
  readonly pageSize?: number;
}

export interface CandadoClientEvents {
  /** A lock is held no more though nobody here gave it up. */
  lost: [lock: HeldLock];
  /** The connection broke; it is being made again. */
  disconnected: [error: Error];
  reconnected: [];
}

const DEFAULT_PAGE_SIZE = 1_000;

/**
 * A connection to Candado. Calls may overlap: they leave at once and are answered in order. So
 * while a `lock` waits, and until a `getStream` was read, what is called after it waits as well.
 *
 * Everything rejects with a `CandadoError`; match its `code`.
 */
export class CandadoClient extends EventEmitter<CandadoClientEvents> implements AsyncDisposable {
  readonly #link: Link;
  readonly #locking: Locking;

  private constructor(options: ClientOptions) {
    super();
    let connectedBefore = false;
    this.#link = new Link(options, {
      lost: (connection, error) => {
        this.#locking.lost(connection, error);
        this.emit('disconnected', error);
      },
      connected: () => {
        if (connectedBefore) this.emit('reconnected');
        connectedBefore = true;
      },
    });
    this.#locking = new Locking(this.#link, (lock) => this.emit('lost', lock));
  }

  /** Throws a `RangeError` for wrong options, `Unreachable` if nobody answers. */
  static async connect(options: Partial<ClientOptions> = {}): Promise<CandadoClient> {
    const client = new CandadoClient(resolveOptions(options));
    await client.#link.open();
    return client;
  }

  async ping(): Promise<void> {
    await this.#run(requests.pingCall());
  }

  /** The server's clock, in microseconds since the epoch. */
  time(): Promise<number> {
    return this.#run(requests.timeCall());
  }

  /** One exchange of four timestamps: how far the clocks are apart, and how sure that is. */
  exchangeTime(): Promise<TimeSample> {
    return this.#run(requests.exchangeTimeCall());
  }

  /** A whole content; null where there is no such file, or no such version of it. */
  get(name: string, options: requests.GetOptions = {}): Promise<Buffer | null> {
    return this.#run(requests.getCall(name, options));
  }

  /** The same as a stream, of any size. Read it to its end or destroy it. */
  getStream(name: string, options: requests.GetOptions = {}): Promise<ContentStream | null> {
    return this.#run(new ContentRequest(requests.getArguments(name, options)));
  }

  stat(name: string): Promise<FileStat | null> {
    return this.#run(requests.statCall(name));
  }

  /** Names in order, page by page. */
  async *list(options: ListOptions = {}): AsyncGenerator<string, void, undefined> {
    const { pattern, pageSize = DEFAULT_PAGE_SIZE } = options;
    let cursor: string | undefined = requests.EDGE_CURSOR;
    while (cursor !== undefined) {
      const page: requests.ListPage = await this.#run(requests.listCall(pattern, cursor, pageSize));
      yield* page.names;
      cursor = page.next;
    }
  }

  /** Rejects with `LOCKED` if somebody else holds the file, with `TIMEOUT` if it still does. */
  lock(name: string, options: LockOptions = {}): Promise<HeldLock> {
    return this.#locking.lock(name, options);
  }

  /** Gives up a lock by its name; {@link HeldLock.unlock} is the usual way. */
  async unlock(name: string): Promise<void> {
    await this.#run(requests.unlockCall(name));
  }

  /**
   * Publishes a new version and resolves to its number: under the lock held on this connection, or,
   * with `version`, in place of that version if nobody holds the file.
   *
   * A stream that fails, or is not as long as it said, takes the connection with it.
   */
  put(name: string, content: PutContent, options: requests.PutOptions = {}): Promise<number> {
    return this.#run(requests.putCall(name, content, options));
  }

  /** Publishes a version without content, under the same rules as {@link put}. */
  delete(name: string, options: requests.PutOptions = {}): Promise<number> {
    return this.#run(requests.deleteCall(name, options));
  }

  /** Who holds what, on all replicas. @param pattern a glob; everything without */
  locks(pattern?: string): Promise<readonly LockInfo[]> {
    return this.#run(requests.locksCall(pattern));
  }

  /** Any command. It is never asked again by itself, for nobody knows what it does. */
  call(command: string, ...args: readonly Argument[]): Promise<RespValue> {
    return this.#run(new Call({ command, args, parse: (value) => value }));
  }

  /** Cuts the connection, which gives up every lock held on it. */
  close(): Promise<void> {
    return this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #run<T>(request: { promise: Promise<T> } & Parameters<Link['submit']>[0]): Promise<T> {
    this.#link.submit(request);
    return request.promise;
  }
}
