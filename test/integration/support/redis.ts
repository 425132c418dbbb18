import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { REDIS_IMAGE } from './images.js';
import { uniqueName } from './test-run.js';

const PORT = 6379;
const URL_VARIABLE = 'CANDADO_TEST_REDIS_URL';

const container = (args: readonly string[]): GenericContainer =>
  new GenericContainer(REDIS_IMAGE)
    .withName(uniqueName('redis'))
    .withCommand(['redis-server', '--maxmemory-policy noeviction', ...args])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forSuccessfulCommand('redis-cli ping | grep -q PONG'));

/** The Redis of the whole run. Suites isolate themselves by random key names. */
export const startSharedRedis = async (): Promise<void> => {
  const started = await container(["--save ''"]).start();
  process.env[URL_VARIABLE] = `redis://${started.getHost()}:${started.getMappedPort(PORT)}`;
};

/** @throws Error outside a run of the container suites */
export const sharedRedisUrl = (): string => {
  const url = process.env[URL_VARIABLE];
  if (url === undefined) throw new Error('the container set-up has started no Redis');
  return url;
};

/** A Redis of one cluster's own, reached there as `redis`, which a test may pause or empty. */
export const startRedis = (network: string): Promise<StartedTestContainer> =>
  container(['--appendonly yes']).withNetworkMode(network).withNetworkAliases('redis').start();
