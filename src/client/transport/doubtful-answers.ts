import { ErrorReply, type RespValue } from '../resp/values.js';
import type { Request } from './request.js';

/**
 * How long a connection may still end for its end to be taken as the reason of an `UNAVAILABLE`. A
 * replica that shuts down closes the connection right behind its last answer; one whose lock table
 * is away has made its client wait longer than this before it said so.
 */
const SHUTDOWN_FOLLOWS_MS = 250;

/**
 * `UNAVAILABLE` has two meanings: the lock table or the store cannot be reached, which is an
 * answer; or this replica shuts down, and another would do what was asked. Only what happens to the
 * connection tells them apart for certain, so answers of this kind are kept until that is known.
 */
export class DoubtfulAnswers {
  readonly #settle: (request: Request, value: RespValue) => void;
  readonly #timers = new Map<Request, NodeJS.Timeout>();

  constructor(settle: (request: Request, value: RespValue) => void) {
    this.#settle = settle;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** @returns whether this answer is one to keep */
  keeps(request: Request, value: RespValue): boolean {
    if (!(value instanceof ErrorReply) || value.code !== 'UNAVAILABLE') return false;
    if (!request.repeatable) return false;
    const timer = setTimeout(() => {
      this.#timers.delete(request);
      this.#settle(request, value);
    }, SHUTDOWN_FOLLOWS_MS);
    this.#timers.set(request, timer);
    return true;
  }

  /** The connection ended: what was answered so is as good as not answered, in order. */
  takeAll(): readonly Request[] {
    const requests = [...this.#timers.keys()];
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    return requests;
  }
}
