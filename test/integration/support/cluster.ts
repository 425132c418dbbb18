import { join } from 'node:path';
import { GenericContainer, Network, type StartedTestContainer, Wait } from 'testcontainers';
import { docker } from './docker.js';
import { publishedPort } from './faults.js';
import { candadoImage, HAPROXY_IMAGE, projectFolder } from './images.js';
import { startRedis } from './redis.js';
import { uniqueName } from './test-run.js';

const PORT = 6780;
const HTTP_PORT = 9780;
const BALANCER_STATUS_PORT = 8405;
const BALANCER_CONFIG = '/usr/local/etc/haproxy/haproxy.cfg';

/** The name by which HAProxy's configuration finds all replicas. */
export const REPLICA_ALIAS = 'candado';

export interface ClusterOptions {
  /** True: HAProxy stands in front, so replicas demand a PROXY header. Default false. */
  readonly balanced?: boolean;
  /** False: no Redis; each replica keeps its locks in memory. Default true. */
  readonly redis?: boolean;
}

type Settings = Readonly<Record<string, string>>;

/** A container of a cluster, with its ports as they are now, even after a restart. */
export class Node {
  constructor(
    readonly container: StartedTestContainer,
    private readonly ports: { readonly tcp: number; readonly http: number },
  ) {}

  get id(): string {
    return this.container.getId();
  }

  get host(): string {
    return this.container.getHost();
  }

  port(): Promise<number> {
    return publishedPort(this.id, this.ports.tcp);
  }

  async httpUrl(): Promise<string> {
    return `http://${this.host}:${await publishedPort(this.id, this.ports.http)}`;
  }
}

/**
 * Replicas that share a network, a volume of files and a Redis of their own. Whatever a test leaves
 * running, `stop` ends.
 */
export class Cluster implements AsyncDisposable {
  readonly #started: StartedTestContainer[] = [];
  readonly #volume = uniqueName('files');

  private constructor(
    readonly network: string,
    readonly redis: StartedTestContainer | undefined,
    private readonly settings: Settings,
  ) {
    if (redis !== undefined) this.#started.push(redis);
  }

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const name = uniqueName('network');
    await new Network({ nextUuid: () => name }).start();
    const redis = options.redis === false ? undefined : await startRedis(name);
    const settings: Settings = {
      ...(redis === undefined ? {} : { REDIS_URL: 'redis://redis:6379' }),
      ...(options.balanced === true
        ? { PROXY_PROTOCOL: 'v2', TRUSTED_PROXIES: await subnetOf(name) }
        : {}),
    };
    return new Cluster(name, redis, settings);
  }

  /** Starts one more replica and waits until it is ready. */
  async startReplica(settings: Settings = {}): Promise<Node> {
    const container = await new GenericContainer(candadoImage())
      .withName(uniqueName('replica'))
      .withNetworkMode(this.network)
      .withNetworkAliases(REPLICA_ALIAS)
      .withEnvironment({ ...this.settings, ...settings })
      .withBindMounts([{ source: this.#volume, target: '/data' }])
      .withExposedPorts(PORT, HTTP_PORT)
      .withWaitStrategy(Wait.forHttp('/readyz', HTTP_PORT).forStatusCode(200))
      .start();
    this.#started.push(container);
    return new Node(container, { tcp: PORT, http: HTTP_PORT });
  }

  /** Starts HAProxy with the configuration of docker-compose.yml; ready when it found a replica. */
  async startBalancer(): Promise<Node> {
    const config = join(projectFolder, 'deploy/haproxy/haproxy.cfg');
    const container = await new GenericContainer(HAPROXY_IMAGE)
      .withName(uniqueName('haproxy'))
      .withNetworkMode(this.network)
      .withNetworkAliases('haproxy')
      .withCopyFilesToContainer([{ source: config, target: BALANCER_CONFIG }])
      .withExposedPorts(PORT, BALANCER_STATUS_PORT)
      .withWaitStrategy(Wait.forHttp('/readyz', BALANCER_STATUS_PORT).forStatusCode(200))
      .start();
    this.#started.push(container);
    return new Node(container, { tcp: PORT, http: BALANCER_STATUS_PORT });
  }

  async stop(): Promise<void> {
    const ids = this.#started.splice(0).map((container) => container.getId());
    if (ids.length > 0) await docker(['rm', '--force', '--volumes', ...ids]);
    await docker(['network', 'rm', this.network]);
    await docker(['volume', 'rm', '--force', this.#volume]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const subnetOf = (network: string): Promise<string> =>
  docker(['network', 'inspect', '--format', '{{(index .IPAM.Config 0).Subnet}}', network]);
