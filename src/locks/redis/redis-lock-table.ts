import { injectable } from 'inversify';
import { type CancelTimer, Clock } from '../../clock/clock.js';
import { type Batch, makeBatches, runBatches } from '../../redis/batches.js';
import { Heartbeat } from '../../redis/heartbeat.js';
import { RedisLink } from '../../redis/redis-link.js';
import { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import {
  type Acquisition,
  type Confirmation,
  type Lease,
  type LockRequest,
  LockTable,
  type RenewOutcome,
  type TakenOver,
} from '../lock-table.js';
import type { GrantId, LockHolder, LockState } from '../model.js';
import { TableObserver } from '../table-observer.js';
import { Cancellations } from './cancellations.js';
import { ClockComparison } from './clock-comparison.js';
import { KnownGrants } from './known-grants.js';
import { LockKeys } from './lock-keys.js';
import { RedisLockTableOptions } from './options.js';
import { Pushes } from './pushes.js';
import type { AcquireReply } from './replies.js';
import { LockScripts } from './scripts.js';
import { TableMemory } from './table-memory.js';
import { asAcquisition, WaitingRequests } from './waiting-requests.js';

export { RedisLockTableOptions } from './options.js';

/** The most leases in one script: Redis does nothing else meanwhile, for some milliseconds. */
const MAX_LEASES_AT_ONCE = 200;

/** The most leases in all scripts under way at once, so that others' commands come in between. */
const MAX_LEASES_UNDER_WAY = 400;

/** How many keys one step of a walk over all locks looks at, for the same reason. */
const SCAN_COUNT = 200;

/**
 * How long waits hold back after Redis lost its memory, in milliseconds: longer than any replica
 * takes to come back to it, so that leases are announced before a wait is granted what is held.
 */
const QUEUE_AGAIN_AFTER_MS = 2_500;

/** A lock table that many replicas share, in one Redis. */
@injectable()
export class RedisLockTable extends LockTable {
  readonly #keys: LockKeys;
  readonly #channel: string;
  readonly #scripts: LockScripts;
  readonly #pushes: Pushes;
  readonly #waiting: WaitingRequests;
  readonly #cancellations: Cancellations;
  readonly #known: KnownGrants;
  readonly #memory: TableMemory;
  readonly #heartbeat: Heartbeat;
  readonly #clocks: ClockComparison;
  readonly #groupOf = (name: string): string => this.link.groupOf(this.#keys.lock(name));
  #ends: (() => void)[] = [];
  #cancelQueueAgain: CancelTimer | undefined;
  #wasUp = false;
  #closed = false;

  constructor(
    private readonly options: RedisLockTableOptions,
    private readonly link: RedisLink,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly observer: TableObserver,
  ) {
    super();
    this.#keys = new LockKeys(options.keyPrefix);
    this.#channel = this.#keys.channel(options.replicaId);
    this.#scripts = new LockScripts(link, this.#keys, clock, observer);
    this.#known = new KnownGrants(clock);
    this.#cancellations = new Cancellations(
      (name, grantId) => this.#scripts.release(name, grantId),
      clock,
      log,
    );
    this.#waiting = new WaitingRequests(
      {
        ask: (request, waitMs, waitedMs) => this.#ask(request, waitMs, waitedMs),
        advance: (name, grantIds) => this.#scripts.advance(name, grantIds),
        giveUp: (name, grantId) => this.#scripts.giveUp(name, grantId),
        release: (name, grantId) => this.#scripts.release(name, grantId),
        granted: (request, grant) => this.#known.granted(request, grant),
      },
      this.#cancellations,
      clock,
      log,
    );
    this.#pushes = new Pushes(
      link,
      this.#channel,
      this.#keys,
      {
        granted: (name, grantId, token) => this.#granted(name, grantId, token),
        endsIn: (name, endsInMs) => this.#waiting.endsIn(name, endsInMs),
      },
      log,
    );
    this.#memory = new TableMemory(
      () => this.#scripts.epoch(),
      () => this.#tellAnew(),
      log,
    );
    this.#clocks = new ClockComparison(() => this.#scripts.time(), clock, observer);
    this.#heartbeat = new Heartbeat(clock, () => this.#beat());
  }

  override get available(): boolean {
    return this.link.up;
  }

  /** Who made the link opens it after this, and closes it after {@link close}. */
  override async open(): Promise<void> {
    this.#ends = [
      this.link.onChange((up) => this.#linkChanged(up)),
      this.link.onCaughtUp(() => void this.#restore()),
    ];
    this.#pushes.open();
    this.#heartbeat.start();
  }

  override async close(): Promise<void> {
    this.#closed = true;
    this.#heartbeat.stop();
    this.#cancelQueueAgain?.();
    await this.#waiting.leaveAll();
    this.#cancellations.close();
    this.#pushes.close();
    for (const end of this.#ends) end();
  }

  override async acquire(request: LockRequest): Promise<Acquisition> {
    if (request.signal?.aborted === true) return { outcome: 'cancelled' };
    if (this.#closed) throw new LockTableUnavailable('the lock table is closed', false);
    const wait = this.#waiting.begin(request);
    try {
      const reply = await this.#ask(request, request.waitMs, 0);
      if (wait.over) return await wait.settled;
      if (reply.outcome === 'queued') {
        this.#waiting.queued(wait, reply.endsInMs);
        return await wait.settled;
      }
      const acquisition = asAcquisition(request, reply);
      if (acquisition.outcome === 'granted') this.#known.granted(request, acquisition.grant);
      return acquisition;
    } catch (error) {
      if (wait.granted) return await wait.settled;
      throw this.#cancelUnanswered(request, error);
    } finally {
      if (!wait.over) wait.end();
    }
  }

  override async confirm(lease: Lease): Promise<Confirmation | undefined> {
    const copies = await this.#scripts.confirm(lease);
    const { minReplicas } = this.link;
    if (copies === undefined || copies <= minReplicas) this.#known.ended(lease.grantId);
    else this.#known.extended(lease);
    if (copies === undefined) return undefined;
    if (copies > minReplicas) return { copies };
    this.#cancellations.add(lease.name, lease.grantId);
    throw new LockTableUnavailable(
      `${copies - 1} of the ${minReplicas} replicas of Redis that REDIS_MIN_REPLICAS demands had the lock in time`,
      false,
    );
  }

  override async raise(name: string, grantId: GrantId, token: number): Promise<number | undefined> {
    const raised = await this.#scripts.raise(name, grantId, token);
    if (raised !== undefined) this.#known.raised(grantId, raised);
    return raised;
  }

  override async release(name: string, grantId: GrantId): Promise<boolean> {
    this.#known.ended(grantId);
    return await this.#scripts.release(name, grantId);
  }

  override async renew(leases: readonly Lease[]): Promise<readonly RenewOutcome[]> {
    if (leases.length === 0) return [];
    const { recoveries } = this.#memory;
    const [outcomes] = await Promise.all([this.#renewAll(leases), this.#memory.check()]);
    if (this.#memory.recoveries !== recoveries) {
      // The table did not know of them when it was asked; by now it has been told.
      const lost = leases.filter((lease) => !outcomes.has(lease));
      for (const lease of await this.#renewAll(lost)) outcomes.add(lease);
    }
    return leases.map((lease) => {
      if (outcomes.has(lease)) {
        this.#known.extended(lease);
        return 'renewed';
      }
      this.#known.ended(lease.grantId);
      return 'lost';
    });
  }

  override async endExpired(name: string): Promise<LockState> {
    return await this.#scripts.endExpired(name);
  }

  override async takeOver(): Promise<TakenOver | undefined> {
    throw new LockTableUnavailable('to be written', false);
  }

  override async break(): Promise<readonly LockHolder[]> {
    throw new LockTableUnavailable('to be written', false);
  }

  override onNotice(): () => void {
    return () => undefined;
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

  #ask(request: LockRequest, waitMs: number, waitedMs: number): Promise<AcquireReply> {
    const { provisionalMs } = this.options;
    return this.#scripts.acquire(request, {
      waitMs,
      waitedMs,
      channel: this.#channel,
      provisionalMs,
    });
  }

  /** @returns what the caller is told: nothing is held, whatever became of the question */
  #cancelUnanswered({ name, grantId }: LockRequest, error: unknown): unknown {
    const unavailable = error instanceof LockTableUnavailable;
    if (unavailable && !error.outcomeUnknown) return error;
    this.#cancellations.add(name, grantId);
    return unavailable ? new LockTableUnavailable(error.message, false, { cause: error }) : error;
  }

  /** @returns the leases that were renewed */
  async #renewAll(leases: readonly Lease[]): Promise<Set<Lease>> {
    const renewed = new Set<Lease>();
    const renewBatch = async (batch: Batch<Lease>): Promise<void> => {
      const inOrder = [...batch.values()].flat();
      const outcomes = await this.#scripts.renew(batch);
      inOrder.forEach((lease, index) => {
        if (outcomes[index] === true) renewed.add(lease);
      });
    };
    const batches = makeBatches(leases, MAX_LEASES_AT_ONCE, this.#groupOf);
    await runBatches(batches, MAX_LEASES_UNDER_WAY, renewBatch);
    return renewed;
  }

  #granted(name: string, grantId: GrantId, token: number): void {
    if (this.#waiting.granted(grantId, token) || this.#known.has(grantId)) return;
    this.#cancellations.add(name, grantId);
  }

  #linkChanged(up: boolean): void {
    this.observer.reachable(up);
    if (!up) return;
    if (this.#wasUp) this.observer.reconnected();
    this.#wasUp = true;
    void this.#restore();
  }

  /** After a connection was lost: whatever was missed meanwhile is caught up with. */
  async #restore(): Promise<void> {
    if (!this.link.up) return;
    try {
      await this.#memory.check();
      await this.#cancellations.flush();
      if (this.#cancelQueueAgain === undefined) await this.#waiting.lookAtAll();
    } catch (error) {
      this.#logUnlessUnavailable(error);
    }
  }

  /** Leases first, and waits when the other replicas had the time to announce theirs too. */
  async #tellAnew(): Promise<void> {
    const batches = makeBatches(this.#known.live(), MAX_LEASES_AT_ONCE, this.#groupOf);
    await runBatches(batches, MAX_LEASES_AT_ONCE, async (batch) => {
      // What was given up meanwhile would come back with nobody to end it.
      const held = [...batch.values()].flat().filter(({ grantId }) => this.#known.has(grantId));
      if (held.length > 0) await this.#scripts.announce(held);
    });
    this.#cancelQueueAgain?.();
    this.#cancelQueueAgain = this.clock.after(QUEUE_AGAIN_AFTER_MS, () => {
      this.#cancelQueueAgain = undefined;
      void this.#waiting.lookAtAll();
    });
  }

  async #beat(): Promise<void> {
    this.#known.prune();
    if (!this.link.up) return;
    try {
      await Promise.all([this.#clocks.measure(), this.#memory.check()]);
    } catch (error) {
      this.#logUnlessUnavailable(error);
    }
  }

  #logUnlessUnavailable(error: unknown): void {
    if (error instanceof LockTableUnavailable) return; // the connection says that itself
    this.log.error('redis.upkeep-failed', 'Looking after the lock table failed', { err: error });
  }
}
