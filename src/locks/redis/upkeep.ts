import type { CancelTimer, Clock } from '../../clock/clock.js';
import { Heartbeat } from '../../redis/heartbeat.js';
import type { RedisLink } from '../../redis/redis-link.js';
import type { Log } from '../../telemetry/log.js';
import { LockTableUnavailable } from '../errors.js';
import type { TableObserver } from '../table-observer.js';
import type { Cancellations } from './cancellations.js';
import { ClockComparison } from './clock-comparison.js';
import type { KnownGrants } from './known-grants.js';
import type { Leases } from './leases.js';
import type { LeftPlaces } from './left-places.js';
import type { LockScripts } from './scripts.js';
import { SETTLING_MS, type TableMemory } from './table-memory.js';
import type { WaitingRequests } from './waiting-requests.js';

/** What is looked after. */
export interface TableParts {
  readonly scripts: LockScripts;
  readonly leases: Leases;
  readonly known: KnownGrants;
  readonly left: LeftPlaces;
  readonly waiting: WaitingRequests;
  readonly cancellations: Cancellations;
}

/** What has to be done now and then, and after a connection was lost or Redis its memory. */
export class Upkeep {
  readonly #clocks: ClockComparison;
  readonly #heartbeat: Heartbeat;
  #ends: (() => void)[] = [];
  #cancelQueueAgain: CancelTimer | undefined;
  #wasUp = false;

  constructor(
    private readonly parts: TableParts,
    private readonly memory: TableMemory,
    private readonly link: RedisLink,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly observer: TableObserver,
  ) {
    this.#clocks = new ClockComparison(() => parts.scripts.time(), clock, observer);
    this.#heartbeat = new Heartbeat(clock, () => this.#beat());
  }

  start(): void {
    this.#ends = [
      this.link.onChange((up) => this.#linkChanged(up)),
      this.link.onCaughtUp(() => void this.#restore()),
      this.memory.onLost(() => this.#tellAnew()),
    ];
    this.memory.open();
    this.#heartbeat.start();
  }

  stop(): void {
    this.#heartbeat.stop();
    this.memory.close();
    this.#cancelQueueAgain?.();
    for (const end of this.#ends) end();
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
      await this.memory.check();
      const doubt = this.memory.doubt();
      doubt.catch(() => undefined); // looked at below; what comes before may fail first
      await this.parts.cancellations.flush();
      if (this.#cancelQueueAgain === undefined) await this.parts.waiting.lookAtAll();
      await doubt;
    } catch (error) {
      this.#logUnlessUnavailable(error);
    }
  }

  /** Leases first, and waits when the other replicas had the time to announce theirs too. */
  async #tellAnew(): Promise<void> {
    await this.parts.leases.announceAll();
    this.#cancelQueueAgain?.();
    this.#cancelQueueAgain = this.clock.after(SETTLING_MS, () => {
      this.#cancelQueueAgain = undefined;
      void this.parts.waiting.lookAtAll();
    });
  }

  async #beat(): Promise<void> {
    this.parts.known.prune();
    this.parts.left.prune();
    if (!this.link.up) return;
    try {
      await Promise.all([this.#clocks.measure(), this.memory.check()]);
    } catch (error) {
      this.#logUnlessUnavailable(error);
    }
  }

  #logUnlessUnavailable(error: unknown): void {
    if (error instanceof LockTableUnavailable) return; // the connection says that itself
    this.log.error('redis.upkeep-failed', 'Looking after the lock table failed', { err: error });
  }
}
