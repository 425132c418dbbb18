import { expect } from 'chai';
import { LockTableUnavailable } from '../../../src/locks/errors.js';
import { eventually } from '../support/eventually.js';
import { makeReplica, type Replica, uniquePrefix } from './redis-fixture.js';
import { RedisServers } from './redis-servers.js';
import { failure, hold, holdersOf, LONG_MS, queue } from './requests.js';

/** Two Redis servers, and three sentinels, two of which must agree. */
const [MASTER, OTHER, ...SENTINELS] = [0, 1, 2, 3, 4] as const;

const TIMEOUT_MS = 500;

/** How soon locking must work again after the master was killed, in milliseconds. */
const FAILOVER_MS = 15_000;

describe('Redis with sentinels', () => {
  let servers: RedisServers;
  let replicas: Replica[];

  const replica = (): Replica => {
    const made = makeReplica({
      url: `redis+sentinel://${servers.addresses(SENTINELS)}?master=main`,
      keyPrefix: uniquePrefix(),
      timeoutMs: TIMEOUT_MS,
    });
    replicas.push(made);
    return made;
  };

  const startServers = async (): Promise<void> => {
    await servers.serve(MASTER);
    await servers.serve(OTHER, ['--replicaof', '127.0.0.1', `${servers.port(MASTER)}`]);
    await eventually('the replica follows', async () =>
      servers.administer(OTHER, async (redis) =>
        (await redis.info('replication')).includes('master_link_status:up'),
      ),
    );
  };

  const startSentinels = async (): Promise<void> => {
    const config = [
      `sentinel monitor main 127.0.0.1 ${servers.port(MASTER)} 2`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 2000',
    ].join('\n');
    for (const sentinel of SENTINELS) {
      const file = `/tmp/sentinel-${sentinel}.conf`;
      await servers.run(['sh', '-c', `echo '${config}' > ${file}`]);
      await servers.run([
        ...['redis-server', file, '--sentinel', '--port', `${servers.port(sentinel)}`],
        ...['--daemonize', 'yes', '--protected-mode', 'no'],
      ]);
    }
    await eventually('each sentinel knows all servers', async () => {
      const known = SENTINELS.map((sentinel) =>
        servers.administer(sentinel, async (redis) =>
          (await redis.info('sentinel')).includes('slaves=1,sentinels=3'),
        ),
      );
      return (await Promise.all(known)).every((all) => all);
    });
  };

  beforeEach(async () => {
    replicas = [];
    servers = await RedisServers.start(5);
  });

  afterEach(async () => {
    await Promise.all(replicas.map((made) => made.close()));
    await servers.stop();
  });

  it('may come after Candado', async () => {
    const early = replica();
    await early.open();
    expect(early.table.available).to.equal(false);
    expect(early.observer.reached).to.deep.equal([false]);
    await startServers();
    await startSentinels();
    await eventually('the table is there', async () => early.table.available);
    expect((await hold(early.table, 'a.txt', 'ana')).token).to.equal(1);
  });

  it('lets sessions go on with their locks where a replica took over that never heard of them', async () => {
    await startServers();
    await startSentinels();
    const { open, table } = replica();
    await open();
    const before = await hold(table, 'a.txt', 'ana');
    await table.raise('a.txt', before.grantId, 41);
    const unheard = await (async () => {
      await servers.signal(OTHER, 'STOP');
      try {
        return await hold(table, 'b.txt', 'ben');
      } finally {
        await servers.kill(MASTER);
        await servers.signal(OTHER, 'CONT');
      }
    })();
    const killedMs = performance.now();
    expect(await failure(hold(table, 'a.txt', 'cas'))).to.be.instanceOf(LockTableUnavailable);
    expect(performance.now() - killedMs).to.be.below(TIMEOUT_MS + 1_000);
    await eventually(
      'locking works again',
      async () => (await hold(table, `c.${performance.now()}`, 'dan')).fresh,
      FAILOVER_MS,
    );
    expect(performance.now() - killedMs).to.be.below(FAILOVER_MS);

    await eventually('both leases are renewed', async () => {
      const outcomes = await table.renew([before.lease, unheard.lease]);
      return outcomes.every((outcome) => outcome === 'renewed');
    });
    expect(await holdersOf(table, 'a.txt')).to.deep.equal(['ana']);
    expect(await holdersOf(table, 'b.txt')).to.deep.equal(['ben']);
    const { answer } = await queue(table, 'a.txt', 'eva');
    expect(await table.release('a.txt', before.grantId)).to.equal(true);
    const next = await answer;
    expect(next.outcome === 'granted' && next.grant.token).to.equal(43);
    expect((await table.inspect('b.txt')).holders[0]?.remainingMs).to.be.above(LONG_MS / 2);
  });
});
