import { expect } from 'chai';
import { Redis } from 'ioredis';
import { Cluster, type Node, REPLICA_ALIAS } from './support/cluster.js';
import { eventually } from './support/eventually.js';
import { cutOff, killHard, pause, reconnect, terminate, unpause } from './support/faults.js';
import { sharedRedisUrl } from './support/redis.js';
import { scrape, scrapeInside } from './support/scrape.js';
import { ask } from './support/text-client.js';

const WALL_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

describe('the shared Redis', () => {
  it('answers, and refuses to evict locks', async () => {
    const redis = new Redis(sharedRedisUrl(), { lazyConnect: true });
    try {
      await redis.connect();
      const info = await redis.info('memory');
      expect(info).to.match(/^maxmemory_policy:noeviction\r?$/m);
    } finally {
      redis.disconnect();
    }
  });
});

describe('a cluster behind HAProxy', () => {
  let cluster: Cluster;
  let first: Node;
  let second: Node;
  let balancer: Node;

  const time = async (): Promise<string> =>
    (await ask(balancer.host, await balancer.port(), 'TIME')).trim();

  const accepted = async (replica: Node): Promise<number> =>
    (await scrapeInside(replica.id)).value('candado_connections_total') ?? 0;

  const healthy = async (): Promise<number | undefined> =>
    (await scrape(await balancer.httpUrl())).value('haproxy_backend_active_servers', {
      proxy: 'candado',
    });

  const becomes = (count: number): Promise<void> =>
    eventually(`HAProxy sees ${count} replicas`, async () => (await healthy()) === count);

  before(async () => {
    cluster = await Cluster.start({ balanced: true });
    [first, second] = await Promise.all([cluster.startReplica(), cluster.startReplica()]);
    balancer = await cluster.startBalancer();
    await becomes(2);
  });

  after(() => cluster.stop());

  it('gives every replica its share of connections', async () => {
    const before = [await accepted(first), await accepted(second)] as const;
    for (let index = 0; index < 10; index++) expect(await time()).to.match(WALL_TIME);
    const shares = [(await accepted(first)) - before[0], (await accepted(second)) - before[1]];
    expect(shares.reduce((sum, share) => sum + share)).to.equal(10);
    for (const share of shares) expect(share).to.be.above(1);
  });

  it('finds a replica that joins by itself', async () => {
    const third = await cluster.startReplica();
    await becomes(3);
    expect(await terminate(third.id)).to.equal(0);
    await becomes(2);
  });

  it('leaves out a frozen replica until it runs again', async () => {
    await pause(first.id);
    try {
      await becomes(1);
      for (let index = 0; index < 3; index++) expect(await time()).to.match(WALL_TIME);
    } finally {
      await unpause(first.id);
    }
    await becomes(2);
  });

  it('leaves out a replica that is cut off until it is back', async () => {
    await cutOff(first.id, cluster.network);
    try {
      await becomes(1);
      expect(await time()).to.match(WALL_TIME);
    } finally {
      await reconnect(first.id, cluster.network, [REPLICA_ALIAS]);
    }
    await becomes(2);
    expect(await accepted(first)).to.be.a('number');
  });

  it('goes on when a replica is killed', async () => {
    await killHard(second.id);
    for (let index = 0; index < 3; index++) expect(await time()).to.match(WALL_TIME);
    await becomes(1);
  });
});
