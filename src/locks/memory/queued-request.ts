import type { CancelTimer, Clock } from '../../clock/clock.js';
import { type Acquisition, type Grant, LEAVE_PLACE, type LockRequest } from '../lock-table.js';
import type { CircleStep } from '../model.js';
import type { LockEntry, Waiter } from './lock-entry.js';

/** What a queued request needs of its table. */
export interface QueueKeeper {
  /** It waits no more, whatever came of it. */
  ended(request: QueuedRequest): void;
  /** Takes it out of the queue, too; @returns what it has come to if its time is over */
  leave(request: QueuedRequest): Acquisition;
}

/** One request while it stands in the queue, looked after or not. */
export class QueuedRequest implements Waiter {
  readonly #answer = Promise.withResolvers<Acquisition>();
  readonly #cancelTimer: CancelTimer;
  readonly #onAbort = (): void => {
    if (this.request.signal?.reason === LEAVE_PLACE) this.#abandon();
    else this.cancel();
  };
  #abandoned = false;

  constructor(
    readonly entry: LockEntry,
    readonly request: LockRequest,
    private readonly keeper: QueueKeeper,
    clock: Clock,
  ) {
    const { waitMs, signal } = request;
    this.#cancelTimer = clock.after(waitMs, () => this.#timeOut());
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get answer(): Promise<Acquisition> {
    return this.#answer.promise;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** For searches of circles. A place that is kept for its session counts: it will be back. */
  get step(): CircleStep {
    const { session, holder, address, name } = this.request;
    return { session, holder, address, name };
  }

  granted(grant: Grant): void {
    this.#end({ outcome: 'granted', grant });
  }

  superseded(): void {
    this.#end({ outcome: 'superseded' });
  }

  cancel(): void {
    this.keeper.leave(this);
    this.#end({ outcome: 'cancelled' });
  }

  #timeOut(): void {
    this.#end(this.keeper.leave(this));
  }

  /** The place stays, for the session to take it by a later request. */
  #abandon(): void {
    this.#abandoned = true;
    this.#answer.resolve({ outcome: 'cancelled' });
  }

  #end(acquisition: Acquisition): void {
    this.#cancelTimer();
    this.request.signal?.removeEventListener('abort', this.#onAbort);
    this.keeper.ended(this);
    this.#answer.resolve(acquisition);
  }
}
