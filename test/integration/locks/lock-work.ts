import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type {
  Acquisition,
  Grant,
  Lease,
  LockNotice,
  LockRequest,
  LockTable,
  QueuePlace,
  TakeOver,
} from '../../../src/locks/lock-table.js';
import type { GrantId, SessionId } from '../../../src/locks/model.js';
import { LockKeys } from '../../../src/locks/redis/lock-keys.js';
import { eventually } from '../support/eventually.js';
import { makeReplica, type Replica, type ReplicaOptions, uniquePrefix } from './redis-fixture.js';
import { ask, LONG_MS } from './requests.js';

export interface Waiting {
  readonly request: LockRequest;
  readonly answer: Promise<Acquisition>;
}

/** Replicas on one Redis, and sessions that lock one name through them. */
export class LockWork {
  readonly name = `dir/${randomUUID()}.txt`;
  readonly keyPrefix = uniquePrefix();
  readonly keys = new LockKeys(this.keyPrefix);
  readonly #replicas: Replica[] = [];
  readonly #connections: Redis[] = [];

  constructor(private readonly url: string) {}

  async replica(options: Partial<ReplicaOptions> = {}): Promise<Replica> {
    const { url, keyPrefix } = this;
    const replicaId = options.replicaId ?? randomUUID();
    const made = makeReplica({ url, keyPrefix, ...options, replicaId });
    this.#replicas.push(made);
    await made.open();
    await eventually('it listens', async () => made.link.hears);
    return made;
  }

  /** A connection of the test's own. */
  async redis(): Promise<Redis> {
    const redis = new Redis(this.url, { lazyConnect: true, protocol: 2 });
    this.#connections.push(redis);
    await redis.connect();
    return redis;
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close()));
    for (const redis of this.#connections) redis.disconnect();
  }

  ask(session: string, wish: Partial<LockRequest> = {}): LockRequest {
    const who = { holder: `${session}'s`, address: '192.0.2.1:4711' };
    return ask(this.name, session, { ...who, ...wish });
  }

  /** Acquires and confirms, as a session does. */
  async hold(
    table: LockTable,
    session: string,
    wish: Partial<LockRequest> = {},
  ): Promise<Grant & { readonly lease: Lease }> {
    const request = this.ask(session, wish);
    const grant = granted(await table.acquire(request));
    const lease = { name: request.name, grantId: grant.grantId, ttlMs: request.ttlMs };
    expect(await table.confirm(lease)).to.include({ copies: 1 });
    return { ...grant, lease };
  }

  /** Asks and waits; resolved once it was told that it stands in the queue. */
  async queue(
    table: LockTable,
    session: string,
    wish: Partial<LockRequest> = {},
  ): Promise<Waiting> {
    const queued = Promise.withResolvers<void>();
    const onQueued = (place: QueuePlace): void => {
      wish.onQueued?.(place);
      queued.resolve();
    };
    const request = this.ask(session, { waitMs: LONG_MS, ...wish, onQueued });
    const answer = table.acquire(request);
    answer.catch(() => undefined); // looked at later, or not at all
    await Promise.race([queued.promise, answer]);
    return { request, answer };
  }

  takeOver(session: string, generation: number, changes: Partial<TakeOver> = {}): TakeOver {
    return {
      name: this.name,
      session: session as SessionId,
      generation,
      grantId: randomUUID() as GrantId,
      ttlMs: LONG_MS,
      address: '192.0.2.2:2222',
      ...changes,
    };
  }

  async holders(table: LockTable, name = this.name): Promise<string[]> {
    const { holders } = await table.inspect(name);
    return holders.map(({ session }) => session);
  }

  /** What a replica is told from now on. */
  notices(table: LockTable): LockNotice[] {
    const notices: LockNotice[] = [];
    table.onNotice((notice) => notices.push(notice));
    return notices;
  }
}

export const granted = (acquisition: Acquisition): Grant => {
  if (acquisition.outcome !== 'granted') {
    throw new Error(`expected a grant, got: ${JSON.stringify(acquisition)}`);
  }
  return acquisition.grant;
};
