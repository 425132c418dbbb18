import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { fieldsOf, redisClient, refusal } from '../support/redis-client.js';
import { Cluster, type Node } from './support/cluster.js';
import { eventually } from './support/eventually.js';
import { killHard, pause, terminate, unpause } from './support/faults.js';
import { scrape } from './support/scrape.js';

const LEASE_TTL_MS = 4_000;
const COUNTER_CLIENTS = 32;
const COUNTER_SECONDS = 30;

describe('Replicas that share a lock table', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  const nodes: Node[] = [];
  const clients: Redis[] = [];

  before(async () => {
    cluster = await Cluster.start();
    const starting = [1, 2, 3].map(() =>
      cluster.startReplica({ LEASE_TTL_MS: String(LEASE_TTL_MS) }),
    );
    nodes.push(...(await Promise.all(starting)));
  });

  after(async () => {
    for (const client of clients) client.disconnect();
    await cluster.stop();
  });

  async function connect(replica: number): Promise<Redis> {
    const node = nodes[replica];
    if (node === undefined) throw new Error(`no replica ${replica}`);
    const client = redisClient(node.host, await node.port());
    clients.push(client);
    return client;
  }

  it('refuse on one what another locked, show it on a third, and free it by PUT', async () => {
    const [one, two, three] = await Promise.all([connect(0), connect(1), connect(2)]);
    await one.call('CLIENT', 'SETNAME', 'nightly-job');
    const [token] = (await one.call('LOCK', 'shared.txt')) as number[];
    expect(await refusal(two.call('LOCK', 'shared.txt'))).to.equal('LOCKED');
    const [entry] = (await three.call('LOCKS', 'shared*')) as unknown[];
    expect(fieldsOf(entry)).to.include({
      name: 'shared.txt',
      mode: 'exclusive',
      token,
      holder: 'nightly-job',
    });
    expect(await three.call('STAT', 'shared.txt')).to.equal(null);
    expect(await one.call('PUT', 'shared.txt', 'from one')).to.equal(1);
    expect(await three.call('GET', 'shared.txt')).to.equal('from one');
    expect(await two.call('LOCK', 'shared.txt')).to.include(1);
    expect(await two.call('PUT', 'shared.txt', 'from two')).to.equal(2);
    expect(await one.call('GET', 'shared.txt')).to.equal('from two');
  });

  it('hand a lock over between replicas, first in, first out', async () => {
    const [one, two, three] = await Promise.all([connect(0), connect(1), connect(2)]);
    const order: string[] = [];
    await one.call('LOCK', 'queue.txt');
    const waits = async (client: Redis, who: string): Promise<void> => {
      await client.call('LOCK', 'queue.txt', 'WAIT', '20000');
      order.push(who);
      await client.call('UNLOCK', 'queue.txt');
    };
    const waiting = async (count: number): Promise<boolean> => {
      const [entry] = (await one.call('LOCKS', 'queue.txt')) as unknown[];
      return fieldsOf(entry)['waiting'] === count;
    };
    const second = waits(two, 'two');
    await eventually('one waits', () => waiting(1));
    const third = waits(three, 'three');
    await eventually('two wait', () => waiting(2));
    await one.call('UNLOCK', 'queue.txt');
    await Promise.all([second, third]);
    expect(order).to.deep.equal(['two', 'three']);
  });

  it('lose no increment of a counter', async () => {
    const contenders = await Promise.all(
      Array.from({ length: COUNTER_CLIENTS }, (_, index) => connect(index % nodes.length)),
    );
    const endsAt = performance.now() + COUNTER_SECONDS * 1_000;
    let acknowledged = 0;
    const increment = async (client: Redis): Promise<void> => {
      while (performance.now() < endsAt) {
        await client.call('LOCK', 'counter', 'WAIT', '60000');
        const value = Number((await client.call('GET', 'counter')) ?? 0);
        await client.call('PUT', 'counter', String(value + 1));
        acknowledged += 1;
      }
    };
    await Promise.all(contenders.map(increment));
    const reader = await connect(0);
    expect(acknowledged).to.be.above(COUNTER_CLIENTS);
    expect(Number(await reader.call('GET', 'counter'))).to.equal(acknowledged);
    expect(fieldsOf(await reader.call('STAT', 'counter'))['version']).to.equal(acknowledged);
  });

  it('fence a replica that was paused for longer than its lease', async () => {
    const [one, two] = await Promise.all([connect(0), connect(1)]);
    await one.call('LOCK', 'paused.txt');
    await pause(nodes[0]?.id ?? '');
    const late = one.call('PUT', 'paused.txt', 'stale').catch((error: unknown) => String(error));
    await two.call('LOCK', 'paused.txt', 'WAIT', String(LEASE_TTL_MS * 3));
    expect(await two.call('PUT', 'paused.txt', 'fresh')).to.equal(1);
    await unpause(nodes[0]?.id ?? '');
    expect(String(await late)).to.match(/FENCED|closed/);
    expect(await two.call('GET', 'paused.txt')).to.equal('fresh');
  });

  it('answer quickly while Redis is away, go on reading, and recover by themselves', async () => {
    const one = await connect(0);
    await one.call('LOCK', 'kept.txt');
    await one.call('PUT', 'kept.txt', 'before');
    const redis = cluster.redis?.getId() ?? '';
    await pause(redis);
    const begun = performance.now();
    expect(await refusal(one.call('LOCK', 'kept.txt'))).to.equal('UNAVAILABLE');
    expect(performance.now() - begun).to.be.below(5_000);
    expect(await one.call('GET', 'kept.txt')).to.equal('before');
    expect(fieldsOf(await one.call('STAT', 'kept.txt'))).to.include({ locked: 'unknown' });
    const url = (await nodes[0]?.httpUrl()) ?? '';
    await eventually('it says that Redis is away', async () => {
      const metrics = await scrape(url);
      return (
        metrics.value('candado_redis_up') === 0 &&
        (metrics.value('candado_redis_errors_total') ?? 0) > 0
      );
    });
    await unpause(redis);
    await eventually('LOCK works again', async () => {
      const fresh = await connect(1);
      await fresh.call('LOCK', 'kept.txt', 'WAIT', '1000');
      return (await fresh.call('PUT', 'kept.txt', 'after')) === 2;
    });
    await eventually('the replica that was asked before is connected again', async () => {
      return (await scrape(url)).value('candado_redis_up') === 1;
    });
    const metrics = await scrape(url);
    expect(metrics.value('candado_redis_reconnects_total')).to.be.above(0);
    expect(metrics.value('candado_redis_command_duration_seconds_count')).to.be.above(0);
    expect(metrics.value('candado_clock_offset_bound_seconds')).to.be.above(0);
  });

  it('free the locks of a killed replica by their lease end, and lose no file', async () => {
    const [one, two] = await Promise.all([connect(1), connect(2)]);
    await one.call('LOCK', 'killed.txt');
    await one.call('PUT', 'killed.txt', 'kept', 'KEEP');
    await killHard(nodes[1]?.id ?? '');
    const begun = performance.now();
    await two.call('LOCK', 'killed.txt', 'WAIT', String(LEASE_TTL_MS * 3));
    expect(performance.now() - begun).to.be.below(LEASE_TTL_MS * 2);
    expect(await two.call('GET', 'killed.txt')).to.equal('kept');
    expect(await two.call('PUT', 'killed.txt', 'next')).to.equal(2);
  });

  it('stop cleanly: answer who waits, close, exit with 0', async () => {
    const [one, two] = await Promise.all([connect(0), connect(2)]);
    await one.call('LOCK', 'stopping.txt');
    const waiting = refusal(two.call('LOCK', 'stopping.txt', 'WAIT', '60000'));
    await eventually('it waits', async () => {
      const [entry] = (await one.call('LOCKS', 'stopping.txt')) as unknown[];
      return fieldsOf(entry)['waiting'] === 1;
    });
    const last = nodes[2];
    if (last === undefined) throw new Error('no replica 2');
    const before = await scrape(await last.httpUrl());
    expect(before.value('candado_locks_waiting')).to.equal(1);
    expect(await terminate(last.id)).to.equal(0);
    expect(await waiting).to.equal('UNAVAILABLE');
  });
});
