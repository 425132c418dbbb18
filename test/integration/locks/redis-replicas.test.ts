import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import { eventually } from '../support/eventually.js';
import { makeReplica, type Replica, uniquePrefix } from './redis-fixture.js';
import { RedisServers } from './redis-servers.js';
import { failure, hold, holdersOf } from './requests.js';

const TIMEOUT_MS = 500;

/** What a busy machine may add to a time-out. */
const SLACK_MS = 1_000;

const [MASTER, OTHER] = [0, 1] as const;

describe('A Redis whose replica must have every grant', () => {
  let servers: RedisServers;
  let replica: Replica;

  before(async () => {
    servers = await RedisServers.start(2);
    await servers.serve(MASTER);
    await servers.serve(OTHER, ['--replicaof', '127.0.0.1', `${servers.port(MASTER)}`]);
    await eventually('the replica follows', async () =>
      servers.administer(OTHER, async (redis) =>
        (await redis.info('replication')).includes('master_link_status:up'),
      ),
    );
  });

  after(() => servers.stop());

  const open = async (minReplicas: number): Promise<Replica> => {
    const url = `redis://${servers.addresses([MASTER])}`;
    const keyPrefix = uniquePrefix();
    replica = makeReplica({ url, keyPrefix, minReplicas, timeoutMs: TIMEOUT_MS });
    await replica.open();
    return replica;
  };

  afterEach(() => replica.close());

  const waits = async (): Promise<number> => {
    const stats = await servers.administer(MASTER, (redis) => redis.info('commandstats'));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };

  it('says how many have it', async () => {
    const { table } = await open(1);
    const before = await waits();
    expect((await hold(table, 'a.txt', 'ana')).copies).to.equal(2);
    expect((await waits()) - before).to.equal(1);
  });

  it('asks once for many grants at the same time', async () => {
    const { table } = await open(1);
    const before = await waits();
    const names = Array.from({ length: 100 }, (_, index) => `${index}.txt`);
    const held = await Promise.all(names.map((name) => hold(table, name, 'ana')));
    expect(held.every(({ copies }) => copies === 2)).to.equal(true);
    expect((await waits()) - before).to.be.below(names.length / 2);
  });

  it('is not asked where none must', async () => {
    const { table } = await open(0);
    const before = await waits();
    expect((await hold(table, 'a.txt', 'ana')).copies).to.equal(1);
    expect(await waits()).to.equal(before);
  });

  it('has none while the replica is frozen, and says so in time; and all is well after that', async () => {
    const { table } = await open(1);
    await servers.signal(OTHER, 'STOP');
    const beganMs = performance.now();
    let errors: unknown[];
    try {
      errors = await Promise.all(['a', 'b'].map((name) => failure(hold(table, name, 'ana'))));
      expect(performance.now() - beganMs).to.be.below(TIMEOUT_MS + SLACK_MS);
      await eventually('nothing is held', async () => {
        const holders = await Promise.all(['a', 'b'].map((name) => holdersOf(table, name)));
        return holders.flat().length === 0;
      });
    } finally {
      await servers.signal(OTHER, 'CONT');
    }
    for (const error of errors) {
      expect(error).to.be.instanceOf(LockTableUnavailable).and.include({ outcomeUnknown: false });
      expect(String(error)).to.include('REDIS_MIN_REPLICAS');
    }
    await eventually('the replica confirms again', async () => {
      return (await hold(table, 'a', 'ben')).copies === 2;
    });
  });

  it('has none where more replicas are demanded than there are', async () => {
    const { table } = await open(2);
    const error = await failure(hold(table, 'a.txt', 'ana'));
    expect(String(error)).to.include('1 of the 2 replicas of Redis that REDIS_MIN_REPLICAS');
  });
});
