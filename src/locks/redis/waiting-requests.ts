import type { CancelTimer, Clock } from '../../clock/clock.js';
import type { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import { type Acquisition, type Grant, LEAVE_PLACE, type LockRequest } from '../lock-table.js';
import type { CircleStep, GrantId } from '../model.js';
import type { Cancellations } from './cancellations.js';
import type { LeftPlaces } from './left-places.js';
import type {
  AcquireReply,
  AdvanceReply,
  GiveUpReply,
  QueuedReply,
  WaitStatus,
} from './replies.js';
import { Wait } from './wait.js';

/** How long to wait before looking again where the table did not answer, in milliseconds. */
const RETRY_MS = 1_000;

/** The most requests that one script looks up. */
const MAX_LOOKED_UP = 500;

/** The most names looked through at once after a lost connection. */
const NAMES_AT_ONCE = 100;

/** What a wait asks of the table. */
export interface WaitSteps {
  ask(request: LockRequest, waitMs: number, order: number): Promise<AcquireReply>;
  advance(name: string, grantIds: readonly GrantId[]): Promise<AdvanceReply>;
  giveUp(name: string, grantId: GrantId): Promise<GiveUpReply>;
  release(name: string, grantId: GrantId): Promise<unknown>;
  /**
   * A wait, begun then, ended in this grant; told before anybody else learns of it.
   * @param runsSinceMs where it was outright
   */
  granted(request: LockRequest, grant: Grant, begunMs: number, runsSinceMs?: number): void;
}

/** The waits for one name share one timer, at the end that is known. */
interface NameWaits {
  readonly name: string;
  readonly waits: Set<Wait>;
  endsAtMs: number;
  cancelTimer: CancelTimer | undefined;
  looking: boolean;
  lookAgain: boolean;
  /** The first in line, if it is one of these and the table has said so. */
  next: Wait | undefined;
}

/**
 * The requests of this replica that wait. A grant arrives as a message; but messages are hints, so
 * each name is looked at again when the lease that it waits for ends, and all are after the
 * connection was lost. A request that the table does not know any more is queued again, at the
 * place that it had.
 */
export class WaitingRequests {
  readonly #byId = new Map<GrantId, Wait>();
  readonly #byName = new Map<string, NameWaits>();

  constructor(
    private readonly steps: WaitSteps,
    private readonly cancellations: Cancellations,
    private readonly left: LeftPlaces,
    private readonly clock: Clock,
    private readonly log: Log,
    /** How long a grant stays unconfirmed, in milliseconds. */
    private readonly provisionalMs: number,
  ) {}

  get size(): number {
    return this.#byId.size;
  }

  /** To be called before the table is asked: the grant may overtake the answer. */
  begin(request: LockRequest): Wait {
    const wait = new Wait(request, this.clock.monotonicMs());
    const { name, grantId } = request;
    const named = this.#byName.get(name) ?? {
      name,
      waits: new Set<Wait>(),
      endsAtMs: Number.POSITIVE_INFINITY,
      cancelTimer: undefined,
      looking: false,
      lookAgain: false,
      next: undefined,
    };
    this.#byName.set(name, named);
    this.#byId.set(grantId, wait);
    named.waits.add(wait);
    wait.onEnd(() => {
      this.#byId.delete(grantId);
      named.waits.delete(wait);
      if (named.next === wait) named.next = undefined;
      if (named.waits.size > 0) return;
      named.cancelTimer?.();
      this.#byName.delete(name);
    });
    return wait;
  }

  /** The table put it into the queue. */
  queued(wait: Wait, { order, endsInMs, place }: QueuedReply): void {
    const { request } = wait;
    wait.order = order;
    if (place.position === 1) this.isNext(request.name, request.grantId);
    wait.onEnd(this.clock.after(request.waitMs, () => void this.#giveUp(wait)));
    const { signal } = request;
    this.endsIn(request.name, endsInMs);
    if (signal === undefined) return;
    const onAbort = (): void => {
      if (signal.reason === LEAVE_PLACE) this.#leavePlace(wait);
      else void this.leave(wait);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    wait.onEnd(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  }

  /**
   * The table says that this one is the next in line, and so it stays until it leaves: who comes
   * later stands behind it.
   */
  isNext(name: string, grantId: GrantId): void {
    const named = this.#byName.get(name);
    if (named !== undefined) named.next = this.#byId.get(grantId);
  }

  /** The next in line, if it is one of these and goes on waiting for at least so long. */
  next(name: string, leastMs: number): LockRequest | undefined {
    const wait = this.#byName.get(name)?.next;
    if (wait?.order === undefined) return undefined;
    const { request, begunMs } = wait;
    const leftMs = begunMs + request.waitMs - this.clock.monotonicMs();
    return leftMs >= leastMs ? request : undefined;
  }

  /** Waiting would never end: the place in the queue is given up. */
  async refuse(wait: Wait, circle: readonly CircleStep[]): Promise<void> {
    if (!wait.over) await this.#giveUp(wait, { outcome: 'deadlock', circle });
  }

  /**
   * @param runsSinceMs where it was granted outright
   * @returns whether somebody waited for it
   */
  granted(grantId: GrantId, token: number, runsSinceMs?: number): boolean {
    const wait = this.#byId.get(grantId);
    if (wait !== undefined) this.#settle(wait, grantedTo(wait.request, token), runsSinceMs);
    return wait !== undefined;
  }

  /** @returns whether somebody waited whose session has gone on elsewhere */
  superseded(grantId: GrantId): boolean {
    const wait = this.#byId.get(grantId);
    wait?.settle({ outcome: 'superseded' });
    return wait !== undefined;
  }

  /** Something may change by itself at this end; of several the nearest counts. */
  endsIn(name: string, endsInMs: number): void {
    const named = this.#byName.get(name);
    if (named === undefined || endsInMs <= 0) return;
    const endsAtMs = this.clock.monotonicMs() + endsInMs;
    if (endsAtMs >= named.endsAtMs) return;
    named.cancelTimer?.();
    named.endsAtMs = endsAtMs;
    named.cancelTimer = this.clock.after(endsInMs, () => {
      named.endsAtMs = Number.POSITIVE_INFINITY;
      void this.#look(named);
    });
  }

  /** The table says so now, whatever it said before: the end came nearer, or was put off. */
  endsMoved(name: string, endsInMs: number): void {
    const named = this.#byName.get(name);
    if (named !== undefined) named.endsAtMs = Number.POSITIVE_INFINITY;
    this.endsIn(name, endsInMs);
  }

  /** An answer was lost that may have told of a grant. */
  lookSoon(name: string): void {
    this.endsIn(name, RETRY_MS);
  }

  /** Looks at every name: messages may have been lost. */
  async lookAtAll(): Promise<void> {
    const all = [...this.#byName.values()];
    while (all.length > 0) {
      await Promise.all(all.splice(0, NAMES_AT_ONCE).map((named) => this.#look(named)));
    }
  }

  /** Gives the place in the queue up. */
  async leave(wait: Wait): Promise<void> {
    if (wait.over) return;
    wait.end();
    const { name, grantId } = wait.request;
    try {
      await this.steps.release(name, grantId);
    } catch {
      this.cancellations.add(name, grantId);
    }
    wait.settle({ outcome: 'cancelled' });
  }

  async leaveAll(): Promise<void> {
    await Promise.all([...this.#byId.values()].map((wait) => this.leave(wait)));
  }

  /** The place stays, for the session to take it from elsewhere. */
  #leavePlace(wait: Wait): void {
    if (wait.over) return;
    const { grantId, waitMs } = wait.request;
    const leftMs = waitMs - (this.clock.monotonicMs() - wait.begunMs);
    this.left.add(grantId, Math.max(0, leftMs) + this.provisionalMs);
    wait.settle({ outcome: 'cancelled' });
  }

  /** @param instead what the wait has come to if it was not because of its time-out */
  async #giveUp(wait: Wait, instead?: Acquisition): Promise<void> {
    const { name, grantId } = wait.request;
    try {
      const reply = await this.steps.giveUp(name, grantId);
      if (wait.over) return;
      const timeout = reply.outcome === 'timeout';
      const ended = timeout ? (instead ?? reply) : grantedTo(wait.request, reply.token);
      this.#settle(wait, ended);
    } catch (error) {
      if (wait.over) return;
      this.cancellations.add(name, grantId);
      wait.fail(error);
    }
  }

  async #look(named: NameWaits): Promise<void> {
    if (named.looking) {
      named.lookAgain = true;
      return;
    }
    named.looking = true;
    try {
      do {
        named.lookAgain = false;
        await this.#lookOnce(named);
      } while (named.lookAgain);
    } catch (error) {
      if (!(error instanceof LockTableUnavailable)) {
        this.log.error('lock.wait-failed', 'A wait could not be looked at', { err: error });
      }
      this.endsIn(named.name, RETRY_MS);
    } finally {
      named.looking = false;
    }
  }

  async #lookOnce(named: NameWaits): Promise<void> {
    const waits = [...named.waits].filter((wait) => wait.order !== undefined);
    for (let from = 0; from < waits.length; from += MAX_LOOKED_UP) {
      const some = waits.slice(from, from + MAX_LOOKED_UP);
      const ids = some.map((wait) => wait.request.grantId);
      const { endsInMs, statuses } = await this.steps.advance(named.name, ids);
      this.endsIn(named.name, endsInMs);
      await Promise.all(some.map((wait, index) => this.#learn(wait, statuses[index])));
    }
  }

  async #learn(wait: Wait, status: WaitStatus | undefined): Promise<void> {
    if (wait.over || status === 'waiting') return;
    if (status === 'unknown' || status === undefined) await this.#queueAgain(wait);
    else this.#settle(wait, grantedTo(wait.request, status.token));
  }

  async #queueAgain(wait: Wait): Promise<void> {
    const { request, order } = wait;
    const leftMs = request.waitMs - (this.clock.monotonicMs() - wait.begunMs);
    if (order === undefined || leftMs <= 0) return; // the timer of its end is about to fire
    const reply = await this.steps.ask(request, leftMs, order);
    if (wait.over) {
      const kept = wait.granted || this.left.has(request.grantId);
      if (!kept) this.cancellations.add(request.name, request.grantId);
      return;
    }
    if (reply.outcome === 'queued') this.endsIn(request.name, reply.endsInMs);
    else this.#settle(wait, asAcquisition(request, reply));
  }

  #settle(wait: Wait, acquisition: Acquisition, runsSinceMs?: number): void {
    if (acquisition.outcome === 'granted') {
      this.steps.granted(wait.request, acquisition.grant, wait.begunMs, runsSinceMs);
    }
    wait.settle(acquisition);
  }
}

export function grantedTo(
  { grantId, mode: wanted }: LockRequest,
  token: number,
  mode = wanted,
): Acquisition {
  return { outcome: 'granted', grant: { grantId, token, mode, fresh: true } };
}

/** Every answer but the one that says to wait. */
export function asAcquisition(
  request: LockRequest,
  reply: Exclude<AcquireReply, { outcome: 'queued' }>,
): Acquisition {
  switch (reply.outcome) {
    case 'granted':
      return grantedTo(request, reply.token, reply.mode);
    case 'renewed': {
      const { grantId, token, mode } = reply;
      return { outcome: 'granted', grant: { grantId, token, mode, fresh: false } };
    }
    case 'locked':
    case 'superseded':
      return reply;
  }
}
