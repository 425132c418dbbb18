import { eventually } from '../support/eventually.js';
import { RedisServers } from './redis-servers.js';

/** A master is missed after so long, in milliseconds: a vote follows. */
const NODE_TIMEOUT_MS = 1_000;

/**
 * A cluster of three masters, and maybe one more server that is the replica of the first.
 */
export const startCluster = async (options: { readonly replica?: boolean } = {}) => {
  const servers = await RedisServers.start(options.replica === true ? 4 : 3);
  const indices = [...servers.ports.keys()];
  await Promise.all(
    indices.map((index) =>
      servers.serve(index, [
        ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${index}.conf`],
        ...['--cluster-port', `${BUS_PORT + index}`, '--cluster-announce-ip', '127.0.0.1'],
        ...['--cluster-node-timeout', `${NODE_TIMEOUT_MS}`],
      ]),
    ),
  );
  await Promise.all(indices.map((index) => servers.answers(index)));
  const ids = await Promise.all(
    indices.map((index) => servers.administer(index, (redis) => redis.cluster('MYID'))),
  );
  for (const [index, [first, last]] of RANGES.entries()) {
    await servers.administer(index, (redis) => redis.cluster('ADDSLOTSRANGE', first, last));
    await servers.administer(index, (redis) =>
      redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1),
    );
  }
  await servers.administer(0, async (redis) => {
    for (const index of indices.slice(1)) {
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', servers.port(index), BUS_PORT + index);
    }
  });
  await eventually('the cluster is whole', async () => {
    const states = indices.map((index) =>
      servers.administer(index, async (redis) => {
        const known = await redis.cluster('INFO');
        return (
          known.includes('cluster_state:ok') &&
          known.includes(`cluster_known_nodes:${indices.length}`) &&
          known.includes('cluster_slots_ok:16384')
        );
      }),
    );
    return (await Promise.all(states)).every((whole) => whole);
  });
  if (options.replica === true) {
    await servers.administer(3, (redis) => redis.cluster('REPLICATE', ids[0] ?? ''));
    await eventually('the replica follows', async () =>
      servers.administer(3, async (redis) =>
        (await redis.info('replication')).includes('master_link_status:up'),
      ),
    );
  }
  return servers;
};

/** In the container alone, which nobody else listens in. */
const BUS_PORT = 21_000;

/** Which slots each master has. */
const RANGES = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/** Of the master; for the one after the last, how many slots there are. */
export const firstSlotOf = (master: number): number => RANGES[master]?.[0] ?? 16_384;
