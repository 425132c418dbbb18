import { CandadoError } from './errors.js';
import { type Grant, HeldLock, type LockMode } from './held-lock.js';
import { toIntegers } from './replies.js';
import { putCall, renewCall, unlockCall } from './requests.js';
import { Call } from './transport/call.js';
import type { Link } from './transport/link.js';
import type { Channel } from './transport/request.js';

export interface LockOptions {
  /** @default 'exclusive' */
  readonly mode?: LockMode;
  /**
   * Length of the lease in milliseconds; the caller then has to renew it. Without, the server
   * keeps it alive as long as the connection lives.
   */
  readonly ttlMs?: number;
  /** How long to queue where somebody else holds the file. @default 0 */
  readonly waitMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** Asks for locks, and knows which are held on which connection. */
export class Locking {
  readonly #link: Link;
  readonly #onLost: (lock: HeldLock) => void;
  readonly #held = new Map<HeldLock, Channel>();

  constructor(link: Link, onLost: (lock: HeldLock) => void) {
    this.#link = link;
    this.#onLost = onLost;
  }

  /** Rejects with what the server said if it is not granted (`LOCKED`, `TIMEOUT`, …). */
  async lock(name: string, options: LockOptions): Promise<HeldLock> {
    const { mode = 'exclusive', ttlMs, waitMs = 0, signal } = options;
    const aborted = (): CandadoError =>
      new CandadoError('ABORTED', `the wait for ${name} was ended by its signal`, {
        cause: signal?.reason,
      });
    if (signal?.aborted) throw aborted();
    const call = new Call({
      command: 'LOCK',
      args: [
        name,
        ...(mode === 'shared' ? ['SHARED'] : []),
        ...(ttlMs === undefined ? [] : ['TTL', ttlMs]),
        ...(waitMs === 0 ? [] : ['WAIT', waitMs]),
      ],
      waitMs,
      parse: (value, channel) => {
        const [token = 0, version = 0, length = 0] = toIntegers(value, 3);
        const grant = { name, mode, token, version, ttlMs: length };
        return signal?.aborted ? this.#giveBack(grant, channel) : this.#hold(grant, channel);
      },
    });
    const onAbort = (): void => {
      call.fail(aborted());
      this.#endWait(call);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.#link.submit(call);
      return await call.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The connection is gone, and with it every lock that was held on it. */
  lost(channel: Channel, error: Error): void {
    for (const [lock, heldOn] of [...this.#held]) if (heldOn === channel) lock.lose(error);
  }

  #hold(grant: Grant, channel: Channel): HeldLock {
    const submit = <T>(call: Call<T>): Promise<T> => {
      this.#link.submit(call);
      return call.promise;
    };
    const lock = new HeldLock(grant, {
      renew: (ttlMs) => submit(renewCall(grant.name, ttlMs, channel)),
      unlock: () => submit(unlockCall(grant.name, channel)),
      put: (content, keep) => submit(putCall(grant.name, content, { keep }, channel)),
      ended: (ended) => this.#held.delete(ended),
    });
    lock.signal.addEventListener('abort', () => this.#onLost(lock), { once: true });
    this.#held.set(lock, channel);
    return lock;
  }

  /** Nobody waits for it any more: what is granted all the same is passed on. */
  #giveBack(grant: Grant, channel: Channel): never {
    const unlock = unlockCall(grant.name, channel);
    // It fails only together with its connection, and that ends the lock, too.
    unlock.promise.catch(() => undefined);
    this.#link.submit(unlock);
    throw new CandadoError('ABORTED', `the wait for ${grant.name} was ended`);
  }

  /**
   * Leaving is what ends a wait in the server. Where that would take other locks or changes along,
   * the wait is left to run out instead, and a grant that still comes is given back.
   */
  #endWait(call: Call<HeldLock>): void {
    if (this.#link.withdraw(call)) return;
    const { connection } = this.#link;
    const holds = [...this.#held.values()].some((heldOn) => heldOn === connection);
    if (holds || !connection?.interruptible(call)) return;
    connection.destroy(new CandadoError('ABORTED', 'left, to end a wait'));
  }
}
