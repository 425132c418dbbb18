import type { Grant, LockMode } from './held-lock.js';
import { toArray, toInteger, toText } from './replies.js';
import { type Argument, encodeRequest } from './resp/encode.js';
import type { RespValue } from './resp/values.js';
import type { Outgoing } from './transport/request.js';

/** Where a lock that has to wait stands. */
export interface Queued {
  readonly name: string;
  /** 1: next in line. */
  readonly position: number;
  /** How the one who holds it calls itself; may be empty. */
  readonly holder: string;
  /** What that one told about its lock; may be empty. */
  readonly note: string;
}

export interface LockOptions {
  /** @default 'exclusive' */
  readonly mode?: LockMode;
  /**
   * Length of the lease in milliseconds; the caller then has to renew it. Without, the server
   * keeps it alive as long as the session lives.
   */
  readonly ttlMs?: number;
  /** How long to queue where somebody else holds the file. @default 0 */
  readonly waitMs?: number;
  /** For who waits for this lock: at most 200 bytes without control characters. */
  readonly note?: string;
  /**
   * Called when it has to wait, and again when it waits on after a lost connection. Needs RESP3; a
   * hint that may not come.
   */
  readonly onQueued?: (queued: Queued) => void;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** Who does not want to wait at all takes no place in a queue, and could not leave it either. */
const SHORTEST_WAIT_MS = 1;

/** A `LOCK` of one name, or an `MLOCK` of several, from the call to its end. */
export class LockAsk {
  readonly command: 'LOCK' | 'MLOCK';
  readonly #mode: LockMode;
  readonly #askedAtMs = performance.now();

  constructor(
    readonly names: readonly string[],
    readonly options: LockOptions,
    together: boolean,
  ) {
    this.command = together ? 'MLOCK' : 'LOCK';
    this.#mode = options.mode ?? 'exclusive';
  }

  /** What is left of its wait. */
  get leftMs(): number {
    const { waitMs = 0 } = this.options;
    return Math.max(0, Math.ceil(waitMs - (performance.now() - this.#askedAtMs)));
  }

  /** @param sentBefore the server counts from the first time: only what is left is asked for */
  encode(sentBefore: boolean): Outgoing {
    const { waitMs = 0 } = this.options;
    if (!sentBefore || waitMs === 0) return this.#encode(waitMs);
    return this.#encode(Math.max(SHORTEST_WAIT_MS, this.leftMs));
  }

  /** Takes what was granted meanwhile, or else the place in the queue, and leaves it. */
  encodeRetraction(): Outgoing {
    return this.#encode(SHORTEST_WAIT_MS);
  }

  grants(value: RespValue): readonly Grant[] {
    const all = this.command === 'LOCK' ? [value] : toArray(value);
    return this.names.map((name, at) => toGrant(name, this.#mode, all[at]));
  }

  queued(items: readonly RespValue[]): void {
    const { onQueued } = this.options;
    if (onQueued === undefined) return;
    const [name, position, holder, note] = items;
    const queued: Queued = {
      name: toText(name),
      position: toInteger(position),
      holder: toText(holder),
      note: toText(note),
    };
    // What the caller throws is not the connection's fault.
    queueMicrotask(() => onQueued(queued));
  }

  #encode(waitMs: number): Outgoing {
    const { ttlMs, note } = this.options;
    const words: readonly Argument[] = [
      this.command,
      ...(this.command === 'MLOCK' ? [this.names.length] : []),
      ...this.names,
      ...(this.#mode === 'shared' ? ['SHARED'] : []),
      ...(ttlMs === undefined ? [] : ['TTL', ttlMs]),
      ...(waitMs === 0 ? [] : ['WAIT', waitMs]),
      ...(note === undefined ? [] : ['NOTE', note]),
    ];
    return { head: encodeRequest(words) };
  }
}

/** An older server does not tell the copies. */
function toGrant(name: string, mode: LockMode, value: RespValue | undefined): Grant {
  const [token, version, ttlMs, copies = 0] = toArray(value).map(toInteger);
  return {
    name,
    mode,
    token: toInteger(token),
    version: toInteger(version),
    ttlMs: toInteger(ttlMs),
    copies,
  };
}
