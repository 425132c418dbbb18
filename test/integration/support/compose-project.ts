import { join } from 'node:path';
import { docker, lines } from './docker.js';
import { candadoImage, projectFolder } from './images.js';
import { uniqueName } from './test-run.js';

/** All services but Grafana, whose image cannot be had everywhere. */
const SERVICES = ['haproxy', 'candado', 'redis', 'prometheus'] as const;
type Service = (typeof SERVICES)[number];

/** Seconds until all services must be healthy. */
const START_SECONDS = 120;

/** docker-compose.yml as it is, under a name, ports and a network of its own. */
export class ComposeProject implements AsyncDisposable {
  readonly #name = uniqueName('compose');
  readonly #env = {
    CANDADO_IMAGE: candadoImage(),
    CANDADO_SUBNET: randomSubnet(),
    // The engine picks free ports.
    CANDADO_PORT: '0',
    PROMETHEUS_PORT: '0',
  };

  private constructor() {}

  /** Brings the services up and waits until all are healthy. */
  static async up(): Promise<ComposeProject> {
    const project = new ComposeProject();
    try {
      await project.#start();
    } catch (error) {
      await project.down();
      throw error;
    }
    return project;
  }

  /** Starts or stops replicas until there are so many, and waits until they are healthy. */
  async scale(replicas: number): Promise<void> {
    await this.#start('--no-recreate', '--scale', `candado=${replicas}`);
  }

  /** Where HAProxy takes clients, on the loopback address. */
  port(): Promise<number> {
    return this.#published('haproxy', 6780);
  }

  async prometheusUrl(): Promise<string> {
    return `http://127.0.0.1:${await this.#published('prometheus', 9090)}`;
  }

  /** The ids of a service's running containers. */
  async containers(service: Service): Promise<string[]> {
    return lines(await this.#compose('ps', '--quiet', service));
  }

  /** Ends everything and removes its volumes. */
  async down(): Promise<void> {
    await this.#compose('down', '--volumes', '--timeout', '10');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  #start(...options: readonly string[]): Promise<string> {
    const wait = ['--wait', '--wait-timeout', String(START_SECONDS), '--no-build'];
    return this.#compose('up', ...wait, ...options, ...SERVICES);
  }

  async #published(service: Service, port: number): Promise<number> {
    const address = await this.#compose('port', service, String(port));
    return Number(address.slice(address.lastIndexOf(':') + 1));
  }

  #compose(...args: readonly string[]): Promise<string> {
    const file = join(projectFolder, 'docker-compose.yml');
    return docker(['compose', '--file', file, '--project-name', this.#name, ...args], this.#env);
  }
}

/** Projects that run at the same time need networks that do not overlap. */
const randomSubnet = (): string => {
  const byte = (): number => Math.floor(Math.random() * 256);
  return `10.${64 + (byte() % 64)}.${byte()}.0/24`;
};
