import { CandadoError } from '../errors.js';
import { type Argument, encodeRequest } from '../resp/encode.js';
import { ErrorReply, type RespValue } from '../resp/values.js';
import type { Channel, Outgoing, Request } from './request.js';

export interface CallSpec<T> {
  readonly command: string;
  /** What follows the command's name; or the whole message, made when it is sent. */
  readonly args: readonly Argument[] | (() => Outgoing);
  /** Runs in the turn of the event loop in which the answer is read. Not called for errors. */
  readonly parse: (value: RespValue, channel: Channel) => T;
  /** @default false */
  readonly repeatable?: boolean;
  /** @default 0 */
  readonly waitMs?: number;
  readonly boundTo?: Channel | undefined;
}

/** A request whose answer is kept whole and becomes a promise's value. */
export class Call<T> implements Request {
  readonly command: string;
  readonly repeatable: boolean;
  readonly waitMs: number;
  readonly createdAtMs = performance.now();
  readonly boundTo: Channel | undefined;
  readonly promise: Promise<T>;
  readonly #spec: CallSpec<T>;
  readonly #answer = Promise.withResolvers<T>();

  constructor(spec: CallSpec<T>) {
    this.command = spec.command;
    this.repeatable = spec.repeatable ?? false;
    this.waitMs = spec.waitMs ?? 0;
    this.boundTo = spec.boundTo;
    this.promise = this.#answer.promise;
    this.#spec = spec;
  }

  encode(): Outgoing {
    const { args, command } = this.#spec;
    return typeof args === 'function' ? args() : { head: encodeRequest([command, ...args]) };
  }

  bulk(): undefined {
    return undefined;
  }

  settle(value: RespValue, channel: Channel): void {
    if (value instanceof ErrorReply) {
      this.fail(new CandadoError(value.code, value.message));
      return;
    }
    try {
      this.#answer.resolve(this.#spec.parse(value, channel));
    } catch (error) {
      this.#answer.reject(error);
    }
  }

  fail(error: Error): void {
    this.#answer.reject(error);
  }
}
