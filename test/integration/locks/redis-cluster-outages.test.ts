import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import { LockKeys } from '../../../src/locks/redis/lock-keys.js';
import { slotOf } from '../../../src/redis/cluster/slot.js';
import { eventually } from '../support/eventually.js';
import { firstSlotOf, startCluster } from './redis-cluster.js';
import { makeReplica, type Replica, type ReplicaOptions, uniquePrefix } from './redis-fixture.js';
import type { RedisServers } from './redis-servers.js';
import { ask, failure, type Held, hold, holdersOf, queue } from './requests.js';

const TIMEOUT_MS = 500;

/** What a busy machine may add to a time-out. */
const SLACK_MS = 1_000;

/** How soon a replica of Redis takes over from its master, in milliseconds. */
const FAILOVER_MS = 15_000;

/** The master that has a replica. */
const FIRST = 0;

describe('RedisLockTable and a cluster that fails', () => {
  let cluster: RedisServers;
  let keyPrefix: string;
  let replicas: Replica[];

  before(async () => {
    cluster = await startCluster({ replica: true });
  });

  after(() => cluster.stop());

  beforeEach(() => {
    keyPrefix = uniquePrefix();
    replicas = [];
  });

  afterEach(async () => {
    await Promise.all(replicas.map((made) => made.close()));
  });

  const opened = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const url = `redis+cluster://${cluster.addresses()}`;
    const made = makeReplica({ url, keyPrefix, timeoutMs: TIMEOUT_MS, ...options });
    replicas.push(made);
    await made.open();
    expect(made.table.available).to.equal(true);
    return made;
  };

  /** Names whose locks lie on this master. */
  const namesOn = (master: number, count: number): string[] => {
    const keys = new LockKeys(keyPrefix);
    const names: string[] = [];
    for (let at = 0; names.length < count; at++) {
      const slot = slotOf(keys.lock(`${at}.txt`));
      if (slot >= firstSlotOf(master) && slot < firstSlotOf(master + 1)) names.push(`${at}.txt`);
    }
    return names;
  };

  const nameOn = (master: number): string => namesOn(master, 1)[0] ?? '';

  it('is noticed when one server was emptied', async () => {
    const { table, log } = await opened();
    const held: Held[] = [];
    for (const master of [0, 1, 2]) held.push(await hold(table, nameOn(master), 'ana'));
    const leases = held.map(({ lease }) => lease);
    await table.renew(leases);
    const { answer } = await queue(table, nameOn(1), 'ben');
    await cluster.administer(1, (redis) => redis.flushall());
    expect(await table.renew(leases)).to.deep.equal(['renewed', 'renewed', 'renewed']);
    expect(log.lines.filter(({ event }) => event === 'redis.forgot')).to.have.length(1);
    await eventually('the wait is queued again', async () => {
      return (await table.inspect(nameOn(1))).waiting === 1;
    });
    for (const { lease, grantId } of held) await table.release(lease.name, grantId);
    expect((await answer).outcome).to.equal('granted');
  });

  it('goes on after its scripts were flushed', async () => {
    const { table } = await opened();
    const name = nameOn(2);
    const { lease, grantId } = await hold(table, name, 'ana');
    await cluster.administer(2, (redis) => redis.script('FLUSH'));
    expect(await table.renew([lease])).to.deep.equal(['renewed']);
    expect(await table.release(name, grantId)).to.equal(true);
  });

  it('goes on when the connections that messages come by were cut', async () => {
    const [here, there] = [await opened(), await opened()];
    const name = nameOn(0);
    const holder = await hold(here.table, name, 'ana');
    const { answer } = await queue(there.table, name, 'ben');
    for (const server of cluster.ports.keys()) {
      await cluster.administer(server, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    }
    await here.table.release(name, holder.grantId);
    expect((await answer).outcome).to.equal('granted');
    await eventually('messages come through again', async () => there.link.hears);
  });

  it('is followed while a slot moves, and after that', async () => {
    const { link, table } = await opened();
    const name = nameOn(1);
    const slot = slotOf(new LockKeys(keyPrefix).lock(name));
    const [from, to] = await Promise.all(
      [1, 2].map((server) => cluster.administer(server, (redis) => redis.cluster('MYID'))),
    );
    const setSlot = (server: number, ...words: string[]): Promise<unknown> =>
      cluster.administer(server, (redis) => redis.call('CLUSTER', 'SETSLOT', slot, ...words));
    await setSlot(2, 'IMPORTING', from ?? '');
    await setSlot(1, 'MIGRATING', to ?? '');
    const key = new LockKeys(keyPrefix).lock(name);
    await link.send(key, (client) => client.set(key, 'asked'));
    expect(
      await cluster.administer(2, (redis) => redis.call('ASKING').then(() => redis.get(key))),
    ).to.equal('asked');
    await link.send(key, (client) => client.del(key));
    // A lock has more keys than one: it has to wait until the slot has arrived.
    const holding = hold(table, name, 'ana');
    holding.catch(() => undefined);
    await eventually('it was told several times to come again', async () => {
      const errors = await cluster.administer(2, (redis) => redis.info('errorstats'));
      return Number(/errorstat_TRYAGAIN:count=(\d+)/.exec(errors)?.[1]) > 5;
    });
    for (const server of [2, 1, 0]) await setSlot(server, 'NODE', to ?? '');
    const { token, grantId } = await holding;
    expect(token).to.equal(1);
    expect(await table.release(name, grantId)).to.equal(true);
    expect((await hold(table, name, 'ben')).token).to.equal(2);
  });

  it('has a grant that its replica has, or none where one must', async () => {
    const { table } = await opened({ minReplicas: 1 });
    expect((await hold(table, nameOn(FIRST), 'ana')).copies).to.equal(2);
    const beganMs = performance.now();
    const error = await failure(hold(table, nameOn(1), 'ana'));
    expect(performance.now() - beganMs).to.be.below(TIMEOUT_MS + SLACK_MS);
    expect(error).to.be.instanceOf(LockTableUnavailable).and.include({ outcomeUnknown: false });
    expect(String(error)).to.include('0 of the 1 replicas of Redis that REDIS_MIN_REPLICAS');
    await eventually('nothing is held', async () => {
      return (await holdersOf(table, nameOn(1))).length === 0;
    });
  });

  // The last one: the first server is not started again.
  it('lets sessions go on when a replica took over, and others not notice', async () => {
    const { table, observer } = await opened();
    const held: Held[] = [];
    for (const name of [...namesOn(FIRST, 2), nameOn(1)]) held.push(await hold(table, name, 'ana'));
    const [mine, , elsewhere] = held;
    if (mine === undefined || elsewhere === undefined) throw new Error('unreachable');
    await cluster.kill(FIRST);

    const beganMs = performance.now();
    const error = await failure(table.acquire(ask(mine.lease.name, 'ben')));
    expect(error).to.be.instanceOf(LockTableUnavailable);
    expect(performance.now() - beganMs).to.be.below(TIMEOUT_MS + SLACK_MS);
    expect(await table.release(elsewhere.lease.name, elsewhere.grantId)).to.equal(true);
    expect((await hold(table, elsewhere.lease.name, 'ben')).token).to.equal(2);

    await eventually(
      'the leases are renewed',
      async () => {
        const outcomes = await table.renew(held.slice(0, 2).map(({ lease }) => lease));
        return outcomes.every((outcome) => outcome === 'renewed');
      },
      FAILOVER_MS,
    );
    expect(await holdersOf(table, mine.lease.name)).to.deep.equal(['ana']);
    await table.release(mine.lease.name, mine.grantId);
    expect((await hold(table, mine.lease.name, 'ben')).token).to.equal(2);
    await eventually('all is well', async () => table.available);
    expect(observer.reached).to.deep.equal([true, false, true]);
  });
});
