import { putCall, restoreCall } from './changes.js';
import { CandadoError } from './errors.js';
import { type Grant, HeldLock } from './held-lock.js';
import type { LockAsk } from './lock-ask.js';
import { renewCall, unlockCall } from './lock-requests.js';
import type { ResumedLock } from './records.js';
import { toInteger, toText } from './replies.js';
import type { RespValue } from './resp/values.js';
import type { Session } from './session.js';
import { Call } from './transport/call.js';
import type { Connection } from './transport/connection.js';
import type { Link } from './transport/link.js';
import type { Request } from './transport/request.js';

/** Asks for locks, and knows which are held and which are waited for. */
export class Locking {
  readonly #link: Link;
  readonly #session: Session;
  readonly #onLost: (lock: HeldLock) => void;
  readonly #held = new Set<HeldLock>();
  /** Asked for and not answered, in order. */
  readonly #asks = new Set<LockAsk>();
  /** Nobody waits for these any more, but the server may not know. */
  readonly #retracted = new Set<LockAsk>();
  /** To be given back, unless who asks for it now gets it. */
  readonly #owed = new Set<string>();

  constructor(link: Link, session: Session, onLost: (lock: HeldLock) => void) {
    this.#link = link;
    this.#session = session;
    this.#onLost = onLost;
  }

  /** Rejects with what the server said if not all are granted (`LOCKED`, `TIMEOUT`, …). */
  async lock(asked: LockAsk): Promise<readonly HeldLock[]> {
    const { signal } = asked.options;
    const aborted = (): CandadoError =>
      new CandadoError(
        'ABORTED',
        `the wait for ${asked.names.join(', ')} was ended by its signal`,
        {
          cause: signal?.reason,
        },
      );
    if (signal?.aborted) throw aborted();
    this.#session.prepare();
    const call = this.#call(asked);
    const onAbort = (): void => {
      call.fail(aborted());
      this.#endWait(call, asked);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#asks.add(asked);
    let granted = false;
    try {
      this.#link.submit(call);
      const locks = await call.promise;
      granted = true;
      return locks;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#asks.delete(asked);
      // Asked for twice, it may have been granted in part the first time.
      const inPart = !granted && asked.command === 'MLOCK' && call.timesSent > 1;
      this.#giveBack(asked.names.filter((name) => this.#owed.delete(name) || inPart));
    }
  }

  /** The connection is gone, and with it every lock, unless the session is kept. */
  disconnected(error: Error): void {
    this.#session.disconnected();
    if (!this.#session.kept) this.loseAll(error);
  }

  loseAll(error: Error): void {
    for (const lock of [...this.#held]) lock.lose(error);
    this.#link.recheck();
  }

  /** The session goes on through this connection; says what became of the locks. */
  resumed(connection: Connection, locks: readonly ResumedLock[]): void {
    const tokens = new Map(locks.map(({ name, token }) => [name, token]));
    for (const lock of [...this.#held]) {
      if (tokens.get(lock.name) === lock.token) continue;
      lock.miss(new Error('it was not held any more when the connection came back'));
    }
    const send = (request: Request): void => connection.send(request);
    this.#giveBack([...tokens.keys()], send);
    if (this.#session.kept) for (const asked of this.#retracted) send(this.#retraction(asked));
    this.#retracted.clear();
  }

  /** What the server says about a lock without being asked. */
  pushed([kind, what, ...details]: readonly RespValue[]): void {
    if (kind === undefined || toText(kind) !== 'lock') return;
    const [name = '', detail] = details;
    const held = [...this.#held].filter((lock) => lock.name === toText(name));
    switch (toText(what)) {
      case 'lost':
        for (const lock of held) lock.lose(new Error(toText(detail)));
        this.#link.recheck();
        break;
      case 'waited-for': {
        const waiting = toInteger(detail);
        for (const lock of held) {
          // What a listener throws is not the connection's fault.
          queueMicrotask(() => lock.emit('waitedFor', { name: lock.name, waiting }));
        }
        break;
      }
      case 'queued':
        // The server answers in order: it speaks of the first that waits for this name.
        this.#asks
          .values()
          .find((asked) => asked.names.includes(toText(name)))
          ?.queued(details);
        break;
    }
  }

  #call(asked: LockAsk): Call<readonly HeldLock[]> {
    let sentBefore = false;
    return new Call<readonly HeldLock[]>({
      command: asked.command,
      args: () => {
        const outgoing = asked.encode(sentBefore);
        sentBefore = true;
        return outgoing;
      },
      repeatable: () => this.#session.kept,
      waitMs: () => asked.leftMs,
      parse: (value) => {
        const grants = asked.grants(value);
        if (asked.options.signal?.aborted !== true) return grants.map((each) => this.#hold(each));
        this.#asks.delete(asked);
        this.#giveBack(asked.names);
        throw new CandadoError('ABORTED', 'nobody waits for it any more');
      },
    });
  }

  #hold(grant: Grant): HeldLock {
    const { name } = grant;
    const submit = <T>(call: Call<T>): Promise<T> => {
      this.#link.submit(call);
      return call.promise;
    };
    const lost = (): Error | undefined => lock.signal.reason as Error | undefined;
    // A change that was sent is asked again all the same: only so is it known what became of it.
    const lostUnlessSent = (sent: boolean): Error | undefined => (sent ? undefined : lost());
    const lock = new HeldLock(grant, {
      renew: (ttlMs) => submit(renewCall(name, ttlMs, lost)),
      unlock: () => submit(unlockCall(name, lost)),
      put: (content, options) => submit(putCall(name, content, options, lostUnlessSent)),
      restore: (version, options) => submit(restoreCall(name, version, options, lostUnlessSent)),
      ended: (ended) => this.#held.delete(ended),
    });
    lock.signal.addEventListener('abort', () => this.#onLost(lock), { once: true });
    this.#held.add(lock);
    return lock;
  }

  /** Unlocks what nobody here holds. */
  #giveBack(
    names: readonly string[],
    send: (request: Request) => void = (request) => this.#link.submit(request),
  ): void {
    for (const name of names) {
      if ([...this.#held].some((lock) => lock.name === name)) continue;
      if ([...this.#asks].some((asked) => asked.names.includes(name))) {
        this.#owed.add(name);
        continue;
      }
      const unlock = unlockCall(name);
      // Where it fails there is nothing to give back, or the session's end does it.
      unlock.promise.catch(() => undefined);
      send(unlock);
    }
  }

  /**
   * Leaving is what ends a wait in the server. A kept session comes back at once without it; other
   * locks would go, and then the wait is left to run out instead, as it is where something hangs on
   * the connection that cannot be asked again. A grant that still comes is given back.
   */
  #endWait(call: Call<readonly HeldLock[]>, asked: LockAsk): void {
    const withdrawn = this.#link.withdraw(call);
    if (withdrawn && call.timesSent === 0) return;
    const { connection } = this.#link;
    const cut = !withdrawn && connection?.alive === true;
    if (cut && (asked.leftMs === 0 || !connection.interruptible(call))) return;
    if (this.#session.kept) this.#retracted.add(asked);
    else if (this.#held.size > 0) return;
    if (cut) connection.destroy(new CandadoError('ABORTED', 'left, to end a wait'));
  }

  /** Leaves the queue in which the session has a place still. */
  #retraction(asked: LockAsk): Request {
    const call = new Call({
      command: asked.command,
      args: () => asked.encodeRetraction(),
      repeatable: () => this.#session.kept,
      parse: () => this.#giveBack(asked.names),
    });
    // A refusal is what is hoped for.
    call.promise.catch(() => undefined);
    return call;
  }
}
