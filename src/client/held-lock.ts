import type { PutContent } from './content.js';
import { CandadoError, LockLost } from './errors.js';

export type LockMode = 'exclusive' | 'shared';

/** What a lock asks of the connection it was granted on. */
export interface LockActions {
  renew(ttlMs: number | undefined): Promise<number>;
  unlock(): Promise<void>;
  put(content: PutContent, keep: boolean): Promise<number>;
  /** The lock is held no more, however that came about. */
  ended(lock: HeldLock): void;
}

export interface Grant {
  readonly name: string;
  readonly mode: LockMode;
  /** The fencing token: rises with every exclusive grant of this file. */
  readonly token: number;
  /** The file's version when the lock was granted; 0 where there is no such file yet. */
  readonly version: number;
  readonly ttlMs: number;
}

/** What the server says when a lock is not ours any more. */
const LOSING_CODES: readonly string[] = ['NOTLOCKED', 'FENCED'];

/**
 * A lock as long as it is held. It ends with {@link unlock}, with {@link put} (unless it keeps it),
 * or with its connection; {@link signal} tells of an end that nobody here asked for.
 */
export class HeldLock implements AsyncDisposable {
  readonly name: string;
  readonly mode: LockMode;
  readonly token: number;
  readonly #actions: LockActions;
  readonly #lost = new AbortController();
  #version: number;
  #ttlMs: number;
  #held = true;

  constructor(grant: Grant, actions: LockActions) {
    this.name = grant.name;
    this.mode = grant.mode;
    this.token = grant.token;
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
    await this.#whileHeld(() => this.#actions.unlock());
    this.#end();
  }

  /** Publishes a new version, resolves to its number, and ends the lock unless `keep` is set. */
  async put(content: PutContent, options: { readonly keep?: boolean } = {}): Promise<number> {
    const keep = options.keep ?? false;
    this.#version = await this.#whileHeld(() => this.#actions.put(content, keep));
    if (!keep) this.#end();
    return this.#version;
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

  /** For the client: the connection that held it is gone, or the server says so. */
  lose(cause: Error): void {
    if (!this.#held) return;
    const lost = new LockLost(`the lock on ${this.name} was lost: ${cause.message}`, { cause });
    this.#end();
    this.#lost.abort(lost);
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

  #end(): void {
    this.#held = false;
    this.#actions.ended(this);
  }
}
