import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const Service = z.looseObject({
  image: z.string(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  command: z.array(z.string()).default([]),
  stop_grace_period: z.string().optional(),
});

const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.object({
    default: z.object({ ipam: z.object({ config: z.array(z.object({ subnet: z.string() })) }) }),
  }),
});

const compose = Compose.parse(parse(read('docker-compose.yml')));

const service = (name: string): z.infer<typeof Service> => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

const ours = (image: string): boolean => image.includes('candado');

describe('docker-compose.yml', () => {
  it('has the five services, each with a health check', () => {
    expect(Object.keys(compose.services)).to.have.members([
      'haproxy',
      'candado',
      'redis',
      'prometheus',
      'grafana',
    ]);
    for (const [name, { healthcheck, image }] of Object.entries(compose.services)) {
      const checked = ours(image) ? read('Dockerfile') : JSON.stringify(healthcheck?.test ?? '');
      expect(checked, name).to.match(/readyz|ping|healthy|health/);
    }
  });

  it('believes PROXY headers from its own network only', () => {
    const { environment } = service('candado');
    expect(environment['PROXY_PROTOCOL']).to.equal('v2');
    expect(compose.networks.default.ipam.config.map((config) => config.subnet)).to.deep.equal([
      environment['TRUSTED_PROXIES'],
    ]);
    expect(read('deploy/haproxy/haproxy.cfg')).to.match(/^ {2}default-server .*\bsend-proxy-v2\b/m);
  });

  it('stops a replica only after it had time to drain', () => {
    const { environment, stop_grace_period } = service('candado');
    const drainMs = z.number().parse(environment['DRAIN_TIMEOUT_MS']);
    expect(Number.parseInt(stop_grace_period ?? '0', 10) * 1000).to.be.above(drainMs);
  });

  it('runs Redis as the Kubernetes base does: durable, and refusing when full', () => {
    const { command } = service('redis');
    expect(command).to.include.members(['--appendonly yes', '--maxmemory-policy noeviction']);
    const sets = parseAllDocuments(read('k8s/redis.yaml')).map((document) => document.toJS());
    const set = z
      .object({
        spec: z.object({
          template: z.object({
            spec: z.object({ containers: z.tuple([z.object({ args: z.array(z.string()) })]) }),
          }),
        }),
      })
      .parse(sets.find((item) => item.kind === 'StatefulSet'));
    expect(set.spec.template.spec.containers[0].args).to.deep.equal(command);
  });
});

describe('the images that suites need', () => {
  const ensured = /^IMAGES=\(([^)]*)\)/m.exec(read('scripts/containers/ensure.sh'))?.[1] ?? '';
  const images = ensured.trim().split(/\s+/);

  it('are provided under the very tags that compose names', () => {
    const started = Object.entries(compose.services)
      // No suite starts Grafana, which no package archive carries.
      .filter(([name, { image }]) => name !== 'grafana' && !ours(image))
      .map(([, { image }]) => image);
    expect(images).to.include.members(started);
  });

  it('are provided under the very tags that the Dockerfile names', () => {
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+:\S+)/gm)].map((found) => found[1]);
    expect(bases).to.not.be.empty;
    expect(images).to.include.members(bases);
  });
});

describe('package-lock.json', () => {
  it('lists the optional packages of every platform, without which npm ci refuses it', () => {
    const Lock = z.object({
      packages: z.record(
        z.string(),
        z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) }),
      ),
    });
    const { packages } = Lock.parse(JSON.parse(read('package-lock.json')));
    const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in packages || `${owner}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).to.deep.equal([]);
  });
});
