import { EventEmitter } from 'node:events';
import type { PutContent, Sha256Option } from './content.js';
import { CandadoError, LockLost } from './errors.js';

export type LockMode = 'exclusive' | 'shared';

/** What a lock asks of the client it was granted to. */
export interface LockActions {
  renew(ttlMs: number | undefined): Promise<number>;
  unlock(): Promise<void>;
  put(content: PutContent, options: LockPutOptions): Promise<number>;
  restore(version: number, options: LockChangeOptions): Promise<number | null>;
  /** The lock is held no more, however that came about. */
  ended(lock: HeldLock): void;
}

export interface LockChangeOptions {
  /** Do not end the lock. @default false */
  readonly keep?: boolean;
  /** Names this very change: asked for again under the same id it is not made twice. */
  readonly requestId?: string;
}

export interface LockPutOptions extends LockChangeOptions {
  /** As that of the client's own `put`. @default false */
  readonly sha256?: Sha256Option;
}

export interface Grant {
  readonly name: string;
  readonly mode: LockMode;
  /** The fencing token: rises with every exclusive grant of this file. */
  readonly token: number;
  /** The file's version when the lock was granted; 0 where there is no such file yet. */
  readonly version: number;
  readonly ttlMs: number;
  /** How many servers are known to remember it. */
  readonly copies: number;
}

/** Somebody queues for a lock that is held here. */
export interface WaitedFor {
  readonly name: string;
  /** How many wait now. */
  readonly waiting: number;
}

export interface HeldLockEvents {
  /** Somebody begins to wait for it. Needs RESP3; a hint that may be lost. */
  waitedFor: [WaitedFor];
}

/** What the server says when a lock is not ours any more. */
const LOSING_CODES: readonly string[] = ['NOTLOCKED', 'FENCED'];

/**
 * A lock as long as it is held. It ends with {@link unlock} or with {@link put} (unless that keeps
 * it); {@link signal} tells of an end that nobody here asked for. A lost connection alone does not
 * end it: what is called meanwhile waits for the next one, for `retryDeadlineMs` at most.
 */
export class HeldLock extends EventEmitter<HeldLockEvents> implements AsyncDisposable {
  readonly name: string;
  readonly mode: LockMode;
  readonly token: number;
  /**
   * How many servers were known to remember it when it was granted: 0 only the replica's own
   * process, 1 Redis, one more for each of its replicas that had confirmed.
   */
  readonly copies: number;
  readonly #actions: LockActions;
  readonly #lost = new AbortController();
  #version: number;
  #ttlMs: number;
  #held = true;
  /** Calls that give it up and are not answered yet. */
  #endings = 0;
  #missed: Error | undefined;

  constructor(grant: Grant, actions: LockActions) {
    super();
    this.name = grant.name;
    this.mode = grant.mode;
    this.token = grant.token;
    this.copies = grant.copies;
    this.#version = grant.version;
    this.#ttlMs = grant.ttlMs;
    this.#actions = actions;
  }

  /** The file's version as of the grant or of this lock's own last put. */
  get version(): number {
    return this.#version;
  }

  /** Length of the lease in milliseconds. */
  get ttlMs(): number {
    return this.#ttlMs;
  }

  /** Whether it is held, as far as is known here. */
  get held(): boolean {
    return this.#held;
  }

  /** Aborted, with a {@link LockLost} as its reason, when the lock is lost. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Extends the lease to its full length, or to `ttlMs`, from now. Resolves to its length. */
  async renew(ttlMs?: number): Promise<number> {
    this.#ttlMs = await this.#whileHeld(() => this.#actions.renew(ttlMs));
    return this.#ttlMs;
  }

  /** Gives the lock up and leaves the file as it is. */
  async unlock(): Promise<void> {
    await this.#whileHeld(() => this.#endingWith(this.#actions.unlock()));
    this.#end();
  }

  /** Publishes a new version, resolves to its number, and ends the lock unless `keep` is set. */
  async put(content: PutContent, options: LockPutOptions = {}): Promise<number> {
    return await this.#change(() => this.#actions.put(content, options), options);
  }

  /**
   * Publishes a kept version once more, as {@link put} does a content. Resolves to null, and goes
   * on holding the lock, where that version is not kept or was a deletion.
   */
  async restore(version: number, options: LockChangeOptions = {}): Promise<number | null> {
    return await this.#change(() => this.#actions.restore(version, options), options);
  }

  /** Gives the lock up if it is still held. A lock that is gone already is no error here. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#held) return;
    try {
      await this.unlock();
    } catch (error) {
      if (this.#held) throw error;
    }
  }

  /** For the client: it did not survive its connection, or the server says so. */
  lose(cause: Error): void {
    if (!this.#held) return;
    const lost = new LockLost(`the lock on ${this.name} was lost: ${cause.message}`, { cause });
    this.#end();
    this.#lost.abort(lost);
  }

  /** For the client: its session came back without it. */
  miss(cause: Error): void {
    // The answer to what gives it up is still to come, and says why it is not there.
    if (this.#endings > 0) this.#missed = cause;
    else this.lose(cause);
  }

  /** @param action resolves to the new version, or to null where there is none */
  async #change<V extends number | null>(
    action: () => Promise<V>,
    { keep = false }: LockChangeOptions,
  ): Promise<V> {
    const version = await this.#whileHeld(() => (keep ? action() : this.#endingWith(action())));
    if (version === null) {
      if (this.#missed !== undefined) this.lose(this.#missed);
      return version;
    }
    this.#version = version;
    if (!keep) this.#end();
    return version;
  }

  async #whileHeld<T>(action: () => Promise<T>): Promise<T> {
    if (this.signal.aborted) throw this.signal.reason;
    if (!this.#held) throw new CandadoError('NOTLOCKED', `${this.name} was unlocked already`);
    try {
      return await action();
    } catch (error) {
      if (error instanceof CandadoError && LOSING_CODES.includes(error.code)) this.lose(error);
      throw error;
    }
  }

  async #endingWith<T>(action: Promise<T>): Promise<T> {
    this.#endings += 1;
    try {
      return await action;
    } catch (error) {
      if (this.#missed !== undefined) this.lose(this.#missed);
      throw error;
    } finally {
      this.#endings -= 1;
    }
  }

  #end(): void {
    this.#held = false;
    this.#actions.ended(this);
  }
}
