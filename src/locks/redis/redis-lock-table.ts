import { injectable } from 'inversify';
import { Clock } from '../../clock/clock.js';
import { makeBatches } from '../../redis/batches.js';
import { RedisLink } from '../../redis/redis-link.js';
import { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import {
  type Acquisition,
  type Break,
  type Confirmed,
  type Lease,
  type LockNotice,
  type LockRequest,
  LockTable,
  type QueuePlace,
  type RenewOutcome,
  type TakenOver,
  type TakeOver,
} from '../lock-table.js';
import type { GrantId, LockHolder, LockState } from '../model.js';
import { TableObserver } from '../table-observer.js';
import { Arrivals } from './arrivals.js';
import { Cancellations } from './cancellations.js';
import { CircleSearch } from './circle-search.js';
import { HandOvers } from './hand-overs.js';
import { KnownGrants } from './known-grants.js';
import { Leases } from './leases.js';
import { LeftPlaces } from './left-places.js';
import { LockKeys } from './lock-keys.js';
import { RedisLockTableOptions } from './options.js';
import { Pushes } from './pushes.js';
import type { AcquireReply, ReleaseReply } from './replies.js';
import { type Heir, LockScripts } from './scripts.js';
import { TableMemory } from './table-memory.js';
import { Upkeep } from './upkeep.js';
import type { Wait } from './wait.js';
import { asAcquisition, WaitingRequests } from './waiting-requests.js';

export { RedisLockTableOptions } from './options.js';

/** How many keys one step of a walk over all locks looks at: Redis does nothing else meanwhile. */
const SCAN_COUNT = 200;

/** A lock table that many replicas share, in one Redis. */
@injectable()
export class RedisLockTable extends LockTable {
  readonly #keys: LockKeys;
  readonly #scripts: LockScripts;
  readonly #pushes: Pushes;
  readonly #waiting: WaitingRequests;
  readonly #circles: CircleSearch;
  readonly #cancellations: Cancellations;
  readonly #known: KnownGrants;
  readonly #arrivals: Arrivals;
  readonly #leases: Leases;
  readonly #handOvers: HandOvers;
  readonly #upkeep: Upkeep;
  readonly #listeners = new Set<(notice: LockNotice) => void>();
  readonly #groupOf = (name: string): string => this.link.groupOf(this.#keys.lock(name));
  #closed = false;

  constructor(
    private readonly options: RedisLockTableOptions,
    private readonly link: RedisLink,
    private readonly memory: TableMemory,
    private readonly clock: Clock,
    log: Log,
    observer: TableObserver,
  ) {
    super();
    const { keyPrefix, replicaId, provisionalMs } = options;
    this.#keys = new LockKeys(keyPrefix);
    this.#scripts = new LockScripts(link, this.#keys, replicaId, clock, observer);
    this.#known = new KnownGrants(clock);
    const left = new LeftPlaces(clock);
    this.#circles = new CircleSearch(this.#scripts);
    const free = async (name: string, grantId: GrantId) =>
      (await this.#free(name, grantId)).wasThere;
    this.#leases = new Leases(this.#scripts, free, this.#known, this.#groupOf, clock);
    this.#cancellations = new Cancellations(free, clock, log);
    this.#waiting = new WaitingRequests(
      {
        ask: (request, waitMs, order) => this.#askAgain(request, waitMs, order),
        advance: (name, grantIds) => this.#scripts.advance(name, grantIds),
        giveUp: (name, grantId) => this.#scripts.giveUp(name, grantId),
        release: free,
        granted: (request, grant, begunMs, runsSinceMs) => {
          this.#known.granted(request, grant, begunMs);
          if (runsSinceMs !== undefined) this.#known.runs(grant.grantId, runsSinceMs);
        },
      },
      this.#cancellations,
      left,
      clock,
      log,
      provisionalMs,
    );
    this.#arrivals = new Arrivals(
      {
        waiting: this.#waiting,
        known: this.#known,
        left,
        cancellations: this.#cancellations,
        loosen: (name, grantId) => this.#scripts.loosen(name, grantId, provisionalMs),
      },
      log,
    );
    this.#handOvers = new HandOvers({
      ...{ scripts: this.#scripts, link, known: this.#known, waiting: this.#waiting, clock },
      free: (name, grantId, heir) => this.#free(name, grantId, heir),
      lost: (name, grantId) => this.#notify({ kind: 'lost', name, grantId }),
    });
    this.#pushes = new Pushes(
      link,
      this.#keys.channel(replicaId),
      this.#keys,
      {
        granted: (name, grantId, token) => this.#arrivals.granted(name, grantId, token),
        endsMoved: (name, endsInMs) => this.#waiting.endsMoved(name, endsInMs),
        superseded: (grantId) => this.#arrivals.superseded(grantId),
        broken: (name, grantId, by, reason) => {
          this.#known.ended(grantId);
          this.#notify({ kind: 'broken', name, grantId, by, reason });
        },
        waitedFor: (name, waiting) => {
          for (const grantId of this.#known.confirmedOf(name)) {
            this.#notify({ kind: 'waited-for', name, grantId, waiting });
          }
        },
      },
      log,
    );
    this.#upkeep = new Upkeep(
      {
        scripts: this.#scripts,
        leases: this.#leases,
        known: this.#known,
        left,
        waiting: this.#waiting,
        cancellations: this.#cancellations,
      },
      memory,
      link,
      clock,
      log,
      observer,
    );
  }

  override get available(): boolean {
    return this.link.up;
  }

  /** Who made the link opens it after this, and closes it after {@link close}. */
  override async open(): Promise<void> {
    this.#upkeep.start();
    this.#pushes.open();
  }

  override async close(): Promise<void> {
    this.#closed = true;
    this.#upkeep.stop();
    await this.#waiting.leaveAll();
    this.#cancellations.close();
    this.#pushes.close();
  }

  override async acquire(request: LockRequest): Promise<Acquisition> {
    if (request.signal?.aborted === true) return { outcome: 'cancelled' };
    if (this.#closed) throw new LockTableUnavailable('the lock table is closed', false);
    const wait = this.#waiting.begin(request);
    try {
      const reply = await this.#ask(request, request.waitMs);
      if (wait.over) return await wait.settled;
      if (reply.outcome === 'queued') {
        this.#waiting.queued(wait, reply);
        const settled = wait.settled;
        void this.#stand(wait, reply.place);
        return await settled;
      }
      const acquisition = asAcquisition(request, reply);
      if (acquisition.outcome === 'granted') {
        this.#known.granted(request, acquisition.grant, wait.begunMs);
        if (reply.outcome === 'granted' && reply.runs) {
          this.#known.runs(request.grantId, wait.begunMs);
        }
      }
      return acquisition;
    } catch (error) {
      if (wait.granted) return await wait.settled;
      throw this.#cancelUnanswered(request, error);
    } finally {
      if (!wait.over) wait.end();
    }
  }

  override async confirm(lease: Lease): Promise<Confirmed | undefined> {
    const runsSinceMs = this.#known.takeOutright(lease);
    if (runsSinceMs !== undefined) return { copies: 1, sinceMs: runsSinceMs };
    const sinceMs = this.clock.monotonicMs();
    const copies = await this.#scripts.confirm(lease);
    const { minReplicas } = this.link;
    if (copies !== undefined && copies > minReplicas) {
      this.#known.extended(lease, sinceMs);
      return { copies, sinceMs };
    }
    this.#known.ended(lease.grantId);
    if (copies === undefined) return undefined;
    this.#cancellations.add(lease.name, lease.grantId);
    throw new LockTableUnavailable(
      `only ${copies - 1} of the ${minReplicas} replicas of Redis that REDIS_MIN_REPLICAS demands had the lock in time; it is not held`,
      false,
    );
  }

  override async raise(name: string, grantId: GrantId, token: number): Promise<number | undefined> {
    const raised = await this.#scripts.raise(name, grantId, token);
    if (raised === undefined) this.#known.ended(grantId);
    else this.#known.raised(grantId, raised);
    // A table that has to be told what the store knows has forgotten it, and more.
    void this.memory.suspect();
    return raised;
  }

  override async release(name: string, grantId: GrantId): Promise<boolean> {
    const heir = this.#handOvers.heirOf(name, grantId);
    if (heir === undefined) return await this.#leases.release(name, grantId);
    return await this.#handOvers.release(name, grantId, heir);
  }

  override async renew(leases: readonly Lease[]): Promise<readonly RenewOutcome[]> {
    if (leases.length === 0) return [];
    return await this.#leases.renew(leases, this.memory);
  }

  override async endExpired(name: string): Promise<LockState> {
    return await this.#scripts.endExpired(name);
  }

  override async takeOver(request: TakeOver): Promise<TakenOver | undefined> {
    const sinceMs = this.clock.monotonicMs();
    const taken = await this.#scripts.takeOver(request);
    if (taken === undefined) return undefined;
    this.#known.tookOver(request, taken, sinceMs);
    // Too few copies are told, not refused: the session has held the lock all the time.
    const { mode, token, note, copies } = taken;
    return { mode, token, note, copies };
  }

  override async break(order: Break): Promise<readonly LockHolder[]> {
    return await this.#scripts.break(order);
  }

  override onNotice(listener: (notice: LockNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override async inspect(name: string): Promise<LockState> {
    const [state] = await this.#scripts.inspect([name]);
    return state ?? { name, holders: [], waiting: 0, queue: [] };
  }

  override async *list(): AsyncGenerator<LockState> {
    for await (const names of this.#scripts.scan(SCAN_COUNT)) {
      const found = names.map((name) => ({ name }));
      for (const batch of makeBatches(found, SCAN_COUNT, this.#groupOf)) {
        const states = await this.#scripts.inspect([...batch.keys()]);
        yield* states.filter((state) => state.holders.length > 0);
      }
    }
  }

  #ask(request: LockRequest, waitMs: number, order?: number): Promise<AcquireReply> {
    const { provisionalMs } = this.options;
    // What has to be copied counts only once it was confirmed.
    const mayBeOutright = order === undefined && this.link.minReplicas === 0;
    const outright = mayBeOutright && request.outright === true;
    return this.#scripts.acquire(request, { waitMs, order, provisionalMs, outright });
  }

  /** Gives up a grant or a place, and passes on what was granted to requests of this replica. */
  async #free(name: string, grantId: GrantId, heir?: Heir): Promise<ReleaseReply> {
    const sinceMs = this.clock.monotonicMs();
    try {
      const reply = await this.#scripts.release(name, grantId, heir);
      for (const next of reply.granted) {
        this.#arrivals.outright(name, next.grantId, next.token, sinceMs);
      }
      if (reply.next !== '') this.#waiting.isNext(name, reply.next);
      return reply;
    } catch (error) {
      this.#waiting.lookSoon(name);
      throw error;
    }
  }

  async #askAgain(request: LockRequest, waitMs: number, order: number): Promise<AcquireReply> {
    const reply = await this.#ask(request, waitMs, order);
    if (reply.outcome === 'queued' && request.holdsOthers) {
      // What forgot the place forgot the hint too.
      await this.#circles.leaveHint(request, waitMs).catch(() => undefined);
    }
    return reply;
  }

  /** It waits now: who asked is told, unless all would wait for ever. */
  async #stand(wait: Wait, place: QueuePlace): Promise<void> {
    const { request } = wait;
    if (request.holdsOthers) {
      const circle = await this.#circles.closedBy(request);
      if (circle !== undefined) return await this.#waiting.refuse(wait, circle);
    }
    if (!wait.over) request.onQueued?.(place);
  }

  /** @returns what the caller is told: nothing is held, whatever became of the question */
  #cancelUnanswered({ name, grantId }: LockRequest, error: unknown): unknown {
    const unavailable = error instanceof LockTableUnavailable;
    if (unavailable && !error.outcomeUnknown) return error;
    this.#cancellations.add(name, grantId);
    return unavailable ? new LockTableUnavailable(error.message, false, { cause: error }) : error;
  }

  #notify(notice: LockNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }
}
