import { ConnectionLost, serverError } from '../errors.js';
import { type Argument, encodeRequest } from '../resp/encode.js';
import { ErrorReply, type RespValue } from '../resp/values.js';
import type { Outgoing, Request } from './request.js';

export interface CallSpec<T> {
  readonly command: string;
  /** What follows the command's name; or the whole message, made each time it is sent. */
  readonly args: readonly Argument[] | (() => Outgoing);
  /**
   * Runs in the turn of the event loop in which the answer is read. Not called for errors.
   * @param readAtMs when it came, by `performance.now()`
   */
  readonly parse: (value: RespValue, readAtMs: number) => T;
  /** @default false */
  readonly immediate?: boolean;
  /** @default false */
  readonly repeatable?: boolean | (() => boolean);
  /** @default 0 */
  readonly waitMs?: () => number;
  /** @default 0 */
  readonly workMs?: number;
  readonly barrier?: boolean;
  readonly lossAdvice?: string;
  readonly refusal?: (sentBefore: boolean) => Error | undefined;
  /**
   * A refusal that, to a request that was sent before, says only that it was not executed by now:
   * what was sent may still be under way at another replica.
   */
  readonly notYet?: string;
  /** A refusal that, to a request that was sent before, says that it was executed then. */
  readonly doneBefore?: { readonly code: string; readonly value: T };
}

/** A request whose answer is kept whole and becomes a promise's value. */
export class Call<T> implements Request {
  readonly command: string;
  readonly barrier: boolean;
  readonly workMs: number;
  readonly lossAdvice: string | undefined;
  readonly immediate: boolean;
  readonly promise: Promise<T>;
  readonly #spec: CallSpec<T>;
  readonly #answer = Promise.withResolvers<T>();
  #timesSent = 0;
  #failed = false;

  constructor(spec: CallSpec<T>) {
    this.command = spec.command;
    this.barrier = spec.barrier ?? false;
    this.workMs = spec.workMs ?? 0;
    this.lossAdvice = spec.lossAdvice;
    this.immediate = spec.immediate ?? false;
    this.promise = this.#answer.promise;
    this.#spec = spec;
  }

  /** How often it was sent so far. */
  get timesSent(): number {
    return this.#timesSent;
  }

  /** Nobody waits any more for one that failed. */
  get repeatable(): boolean {
    const { repeatable = false } = this.#spec;
    return !this.#failed && (typeof repeatable === 'function' ? repeatable() : repeatable);
  }

  get waitMs(): number {
    return this.#spec.waitMs?.() ?? 0;
  }

  refusal(sentBefore: boolean): Error | undefined {
    return this.#spec.refusal?.(sentBefore);
  }

  encode(): Outgoing {
    this.#timesSent += 1;
    const { args, command } = this.#spec;
    return typeof args === 'function' ? args() : { head: encodeRequest([command, ...args]) };
  }

  bulk(): undefined {
    return undefined;
  }

  settle(value: RespValue, readAtMs: number): void {
    if (value instanceof ErrorReply) {
      this.#refused(value);
      return;
    }
    try {
      this.#answer.resolve(this.#spec.parse(value, readAtMs));
    } catch (error) {
      this.#answer.reject(error);
    }
  }

  fail(error: Error): void {
    this.#failed = true;
    this.#answer.reject(error);
  }

  #refused({ code, message }: ErrorReply): void {
    const { doneBefore, notYet, lossAdvice = '' } = this.#spec;
    const refusal = serverError(code, message);
    if (this.#timesSent === 1) {
      this.fail(refusal);
    } else if (code === doneBefore?.code) {
      this.#answer.resolve(doneBefore.value);
    } else if (code === notYet) {
      const unknown = `whether ${this.command} took effect is unknown: ${message}; ${lossAdvice}`;
      this.fail(new ConnectionLost(unknown, { cause: refusal }));
    } else {
      this.fail(refusal);
    }
  }
}
