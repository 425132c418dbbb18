import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { CandadoClient } from '../../src/client/index.js';
import { fieldsOf, redisClient, refusal } from '../support/redis-client.js';
import { Cluster, type Node } from './support/cluster.js';
import { docker } from './support/docker.js';
import { eventually } from './support/eventually.js';
import { killHard, pause, terminate, unpause } from './support/faults.js';

const LEASE_TTL_MS = 4_000;
const CLIENTS = 12;

/** Each of them does this often something that a restart could break. */
const INCREMENTS_AFTER_RESTARTS = 20;

describe('Sessions over several replicas', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let balancer: Node;
  const nodes: Node[] = [];
  const connections: Redis[] = [];

  before(async () => {
    cluster = await Cluster.start({ balanced: true });
    const starting = [1, 2, 3].map(() =>
      cluster.startReplica({ LEASE_TTL_MS: String(LEASE_TTL_MS) }),
    );
    nodes.push(...(await Promise.all(starting)));
    balancer = await cluster.startBalancer();
  });

  after(async () => {
    for (const connection of connections) connection.disconnect();
    await cluster.stop();
  });

  const connect = async (): Promise<Redis> => {
    const connection = redisClient(balancer.host, await balancer.port());
    connections.push(connection);
    await connection.call('PING');
    return connection;
  };

  /** Which replica a connection has come to: its address inside the network, without the port. */
  const replicaOf = async (connection: Redis): Promise<string> => {
    const line = String(await connection.call('CLIENT', 'INFO'));
    return /laddr=(\S+):\d+/.exec(line)?.[1] ?? '';
  };

  const addressesOf = async (node: Node): Promise<string[]> => {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
    return (await docker(['inspect', '--format', format, node.id])).split(' ');
  };

  const nodeOf = async (connection: Redis): Promise<Node> => {
    const address = await replicaOf(connection);
    for (const node of nodes) if ((await addressesOf(node)).includes(address)) return node;
    throw new Error(`no replica has the address ${address}`);
  };

  const connectElsewhere = async (than: Node): Promise<Redis> => {
    let elsewhere: Redis | undefined;
    await eventually('a connection comes to another replica', async () => {
      const connection = await connect();
      if ((await nodeOf(connection)).id === than.id) return false;
      elsewhere = connection;
      return true;
    });
    if (elsewhere === undefined) throw new Error('no connection elsewhere');
    return elsewhere;
  };

  const ready = async (node: Node): Promise<void> =>
    await eventually('the replica is ready', async () => {
      const { status } = await fetch(`${await node.httpUrl()}/readyz`);
      return status === 200;
    });

  it('go on elsewhere, with token and version, when their replica is killed', async () => {
    const one = await connect();
    const { id, secret } = fieldsOf(await one.call('SESSION'));
    const [token] = (await one.call('LOCK', 'killed.txt')) as number[];
    await one.call('PUT', 'killed.txt', 'one', 'KEEP');
    const node = await nodeOf(one);
    const two = await connectElsewhere(node);
    await killHard(node.id);
    const [lock] = (await two.call('RESUME', String(id), String(secret))) as unknown[];
    expect(fieldsOf(lock)).to.include({ name: 'killed.txt', token, version: 1 });
    expect(await two.call('PUT', 'killed.txt', 'two')).to.equal(2);
    await docker(['start', node.id]);
    await ready(node);
  });

  it('leave nothing that their former replica, when it wakes up, can change', async () => {
    const one = await connect();
    const { id, secret } = fieldsOf(await one.call('SESSION'));
    await one.call('LOCK', 'slept.txt');
    const node = await nodeOf(one);
    const two = await connectElsewhere(node);
    await pause(node.id);
    const late = refusal(one.call('PUT', 'slept.txt', 'late'));
    await two.call('RESUME', String(id), String(secret));
    expect(await two.call('PUT', 'slept.txt', 'mine', 'KEEP')).to.equal(1);
    await unpause(node.id);
    // It is refused, or cut off since its session has left.
    expect(await late).to.match(/^(FENCED|NOTLOCKED|Connection)/);
    expect(await two.call('GET', 'slept.txt')).to.equal('mine');
    expect(await two.call('PUT', 'slept.txt', 'mine again')).to.equal(2);
  });

  it('go on elsewhere though Redis forgot them and their locks', async () => {
    const one = await connect();
    const { id, secret } = fieldsOf(await one.call('SESSION'));
    const [token] = (await one.call('LOCK', 'forgotten.txt')) as number[];
    const two = await connectElsewhere(await nodeOf(one));
    await docker(['exec', cluster.redis?.getId() ?? '', 'redis-cli', 'FLUSHALL']);
    const answers: string[] = [];
    let locks: unknown;
    await eventually('the session is resumed', async () => {
      const answer = two.call('RESUME', String(id), String(secret));
      locks = await answer.catch((error: Error) => void answers.push(error.message));
      return locks !== undefined;
    });
    // Its own replica tells of it when another one misses it, not only when its time has come; it
    // may even notice by itself before anybody asks.
    expect(answers.length).to.be.at.most(20);
    for (const answer of answers) expect(answer).to.match(/^UNAVAILABLE/);
    expect(fieldsOf((locks as unknown[])[0])).to.include({ name: 'forgotten.txt', token });
    expect(await two.call('PUT', 'forgotten.txt', 'mine')).to.equal(1);
  });

  it('survive a restart of every replica, one after the other, without a failed call', async () => {
    const { host } = balancer;
    const port = await balancer.port();
    const lost: string[] = [];
    let acknowledged = 0;
    let stopping = false;
    let target = Number.POSITIVE_INFINITY;
    const work = async (index: number): Promise<void> => {
      await using client = await CandadoClient.connect({ host, port });
      client.on('lost', (lock) => lost.push(lock.name));
      // Held through all restarts.
      const own = await client.lock(`own-${index}.txt`);
      while (!stopping || acknowledged < target) {
        const lock = await client.lock('rolling', { waitMs: 60_000 });
        const content = await client.get('rolling');
        await lock.put(String(Number(content ?? 0) + 1));
        acknowledged += 1;
      }
      await own.put('done');
    };
    const workers = Promise.all(Array.from({ length: CLIENTS }, (_, index) => work(index)));
    workers.catch(() => undefined);
    for (const node of nodes) {
      const before = acknowledged;
      await eventually('work goes on', async () => acknowledged > before + CLIENTS);
      expect(await terminate(node.id)).to.equal(0);
      await docker(['start', node.id]);
      await ready(node);
    }
    target = acknowledged + INCREMENTS_AFTER_RESTARTS;
    stopping = true;
    await workers;
    expect(lost).to.deep.equal([]);
    const reader = await connect();
    expect(Number(await reader.call('GET', 'rolling'))).to.equal(acknowledged);
    expect(fieldsOf(await reader.call('STAT', 'rolling'))['version']).to.equal(acknowledged);
    for (let index = 0; index < CLIENTS; index++) {
      expect(await reader.call('GET', `own-${index}.txt`)).to.equal('done');
    }
  });
});
