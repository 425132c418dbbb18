import { EventEmitter } from 'node:events';
import { systemTime } from '../clock/system-time.js';
import { awakeFor } from './awake.js';
import {
  type ChangeOptions,
  deleteCall,
  type PutOptions,
  putCall,
  restoreCall,
} from './changes.js';
import type { PutContent } from './content.js';
import { ContentRequest } from './content-request.js';
import type { ContentStream } from './content-stream.js';
import { CandadoError } from './errors.js';
import type { HeldLock } from './held-lock.js';
import { HeldLocks } from './held-locks.js';
import { LockAsk, type LockOptions } from './lock-ask.js';
import { breakCall, type LocksOptions, locksCall, unlockCall } from './lock-requests.js';
import { Locking } from './locking.js';
import { type ClientOptions, resolveOptions } from './options.js';
import type { FileStat, FileVersion, LockInfo } from './records.js';
import * as requests from './requests.js';
import type { Argument } from './resp/encode.js';
import type { RespValue } from './resp/values.js';
import { Session } from './session.js';
import type { TimeSample } from './time-exchange.js';
import { Call } from './transport/call.js';
import { Link } from './transport/link.js';
import { getVerified, type VerifiedGetOptions } from './verified-get.js';
import type { VerifiedStream } from './verified-stream.js';
import { Watch } from './watch/watch.js';
import type { WatchOptions, WatchWish } from './watch/wish.js';

export interface ListOptions {
  /** A glob; every name without. */
  readonly pattern?: string;
  /** Names to a page. @default 1000 */
  readonly pageSize?: number;
}

export interface CandadoClientEvents {
  /** A lock is held no more though nobody here gave it up. Its `signal` says why. */
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
  readonly #options: ClientOptions;
  readonly #link: Link;
  readonly #session: Session;
  readonly #locking: Locking;
  readonly #closing = new AbortController();
  readonly #wallTime = systemTime();

  private constructor(options: ClientOptions) {
    super();
    this.#options = options;
    let connectedBefore = false;
    this.#link = new Link(options, {
      lost: (error) => {
        this.#locking.disconnected(error);
        this.emit('disconnected', error);
      },
      greet: async (connection) => {
        this.#locking.resumed(connection, await this.#session.resume(connection));
      },
      connected: () => {
        if (connectedBefore) this.emit('reconnected');
        connectedBefore = true;
      },
      pushed: (items) => this.#locking.pushed(items),
    });
    this.#session = new Session(options.session, {
      submit: (request) => this.#link.submit(request),
      graceOver: () => {
        this.#locking.loseAll(new Error('the connection did not come back within the grace time'));
      },
    });
    this.#locking = new Locking(this.#link, this.#session, (lock) => this.emit('lost', lock));
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
    return awakeFor(this.#run(requests.exchangeTimeCall((nowMs) => this.#wallTime.micros(nowMs))));
  }

  /** A whole content; null where there is no such file, or no such version of it. */
  get(name: string, options: requests.GetOptions = {}): Promise<Buffer | null> {
    return this.#run(requests.getCall(name, options));
  }

  /** The same as a stream, of any size. Read it to its end or destroy it. */
  getStream(name: string, options: requests.GetOptions = {}): Promise<ContentStream | null> {
    return this.#run(new ContentRequest(requests.getArguments(name, options)));
  }

  /**
   * A whole version as a stream of any size, whose sha256 is compared with what the server keeps of
   * it, and which goes on where it was when the connection breaks. Null where there is no such file,
   * or no such version of it. Read it to its end or destroy it.
   */
  getVerified(name: string, options: VerifiedGetOptions = {}): Promise<VerifiedStream | null> {
    return getVerified((request) => this.#run(request), name, options);
  }

  /** What is known about a file and its current version, or a kept one; null where there is none. */
  stat(name: string, options: requests.StatOptions = {}): Promise<FileStat | null> {
    return this.#run(requests.statCall(name, options));
  }

  /** The kept versions of a file, newest first, deletions among them. Empty where there are none. */
  history(name: string, options: requests.HistoryOptions = {}): Promise<readonly FileVersion[]> {
    return this.#run(requests.historyCall(name, options));
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

  /**
   * Rejects with `LOCKED` if somebody else holds the file, with `TIMEOUT` if it still does, with
   * {@link Deadlock} if waiting would never end.
   */
  async lock(name: string, options: LockOptions = {}): Promise<HeldLock> {
    const [lock] = await this.#locking.lock(new LockAsk([name], options, false));
    if (lock === undefined) throw new CandadoError('PROTOCOL', 'LOCK was answered with no lock');
    return lock;
  }

  /**
   * Locks 1 to 100 files together: all of them or, if it rejects, none. Those who lock together
   * never wait for each other in a circle.
   */
  async lockAll(names: readonly string[], options: LockOptions = {}): Promise<HeldLocks> {
    return new HeldLocks(await this.#locking.lock(new LockAsk(names, options, true)));
  }

  /** Gives up a lock by its name; {@link HeldLock.unlock} is the usual way. */
  async unlock(name: string): Promise<void> {
    await this.#run(unlockCall(name));
  }

  /**
   * Publishes a new version and resolves to its number: under the lock that this client holds, or,
   * with `version`, in place of that version if nobody holds the file.
   *
   * A stream that fails, or is not as long as it said, takes the connection with it. Rejects with a
   * `RangeError` where `sha256` cannot be one.
   */
  async put(name: string, content: PutContent, options: PutOptions = {}): Promise<number> {
    return await this.#run(putCall(name, content, options));
  }

  /**
   * Publishes a kept version once more, as the newest, under the same rules as {@link put}; it
   * undoes a `delete`, too. Resolves to the new version, or to null where `version` is not kept or
   * was a deletion.
   *
   * @param options of which `version` is the current one that it is to replace
   */
  restore(name: string, version: number, options: ChangeOptions = {}): Promise<number | null> {
    return this.#run(restoreCall(name, version, options));
  }

  /**
   * Publishes a version without content, under the same rules as {@link put}. Resolves to null
   * where there was no content.
   */
  delete(name: string, options: ChangeOptions = {}): Promise<number | null> {
    return this.#run(deleteCall(name, options));
  }

  /** Who holds what, on all replicas. @param which a glob, or more; everything without */
  locks(which: string | LocksOptions = {}): Promise<readonly LockInfo[]> {
    return this.#run(locksCall(typeof which === 'string' ? { pattern: which } : which));
  }

  /**
   * Ends a lock, whoever holds it; what the holder tries to publish then is refused. Resolves to
   * the number of holders. For people who know that the holder is not coming back.
   *
   * @param reason told to the holder and kept in the server's log
   */
  breakLock(name: string, reason?: string): Promise<number> {
    return this.#run(breakCall(name, reason));
  }

  /**
   * What happens to files and locks, through a connection of its own that is made again by itself.
   * Ends with the loop over it, with `signal`, and with this client.
   *
   * @param wish names and globs, of which both the file and its lock are meant unless `file:` or
   *   `lock:` stands before them; or literal channels and patterns; everything without
   */
  watch(wish: WatchWish = '*', options: WatchOptions = {}): Watch {
    const ends = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])];
    return new Watch(this.#options, wish, AbortSignal.any(ends));
  }

  /** Any command. It is never asked again by itself, for nobody knows what it does. */
  call(command: string, ...args: readonly Argument[]): Promise<RespValue> {
    return this.#run(new Call({ command, args, parse: (value) => value }));
  }

  /** Gives up every lock and place in a queue at once, and ends every {@link watch}. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#locking.loseAll(new CandadoError('CLOSED', 'the client was closed'));
    await this.#link.close(() => this.#session.kept);
    this.#session.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #run<T>(request: { promise: Promise<T> } & Parameters<Link['submit']>[0]): Promise<T> {
    this.#link.submit(request);
    return request.promise;
  }
}
