import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import {
  checkFields,
  checkValues,
  parseResource,
  type Resource,
} from '../support/kubernetes-schema.js';

const base = new URL('../../../k8s/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, base), 'utf8');

const parseAll = (text: string): Resource[] =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).to.deep.equal([]);
    return parseResource(document.toJS());
  });

const Kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  labels: z.array(z.strictObject({ pairs: z.record(z.string(), z.string()) })),
  resources: z.array(z.string()),
  configMapGenerator: z.array(z.strictObject({ name: z.string(), envs: z.array(z.string()) })),
  images: z.array(z.strictObject({ name: z.string(), newTag: z.string() })),
});

const Workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number().optional(),
        securityContext: z.looseObject({ runAsNonRoot: z.boolean(), runAsUser: z.number() }),
        containers: z.array(
          z.looseObject({
            securityContext: z.looseObject({
              allowPrivilegeEscalation: z.boolean(),
              readOnlyRootFilesystem: z.boolean(),
            }),
            envFrom: z
              .array(z.object({ configMapRef: z.object({ name: z.string() }) }))
              .default([]),
            ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })),
            volumeMounts: z.array(z.looseObject({ name: z.string() })),
            lifecycle: z
              .object({
                preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }),
              })
              .optional(),
          }),
        ),
      }),
    }),
  }),
});

const kustomization = Kustomization.parse(parse(read('kustomization.yaml')));
const resources = kustomization.resources.flatMap((name) => parseAll(read(name)));

const one = (kind: string, name: string): Resource => {
  const found = resources.filter((item) => item.kind === kind && item.metadata.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`not one ${kind} ${name}`);
  return first;
};

const podOf = (resource: Resource) => Workload.parse(resource).spec.template.spec;
const candado = one('Deployment', 'candado');
const settings = new Map(
  read('candado.env')
    .trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string]),
);

describe('the Kubernetes manifests', () => {
  it('know only fields that Kubernetes knows', async () => {
    expect(await checkFields(resources)).to.equal('');
  }).timeout(30_000);

  it('hold only values that Kubernetes takes', async () => {
    for (const resource of resources) await checkValues(resource);
  }).timeout(30_000);

  it('are checked strictly: a misspelt field deep inside is found', async () => {
    const text = read('candado.yaml').replace('timeoutSeconds: 5', 'timeoutSecond: 5');
    expect(await checkFields(parseAll(text))).to.include('timeoutSecond');
  }).timeout(30_000);

  it('are checked strictly: a value outside an enumeration is found', async () => {
    const [policy] = parseAll(
      read('network-policies.yaml').replace('protocol: UDP', 'protocol: UPD'),
    );
    const failure = await checkValues(parseResource(policy)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(String(failure)).to.include('protocol');
  }).timeout(30_000);

  it('run everything without root and without a writable root file system', () => {
    for (const resource of [candado, one('StatefulSet', 'redis')]) {
      const pod = podOf(resource);
      expect(pod.securityContext.runAsNonRoot).to.equal(true);
      expect(pod.securityContext.runAsUser).to.be.above(0);
      for (const { securityContext } of pod.containers) {
        expect(securityContext.readOnlyRootFilesystem).to.equal(true);
        expect(securityContext.allowPrivilegeEscalation).to.equal(false);
      }
    }
  });

  it('give a leaving replica longer than it needs to drain', () => {
    const pod = podOf(candado);
    const command = pod.containers[0]?.lifecycle?.preStop.exec.command ?? [];
    const drainMs = Number(settings.get('DRAIN_TIMEOUT_MS'));
    expect(command[0]).to.equal('sleep');
    expect(drainMs).to.be.above(0);
    expect(pod.terminationGracePeriodSeconds).to.be.above(Number(command[1]) + drainMs / 1000);
  });

  it('take the settings from the generated map, and reach Redis by its service', () => {
    const names = podOf(candado).containers.flatMap((container) =>
      container.envFrom.map((from) => from.configMapRef.name),
    );
    expect(names).to.deep.equal(kustomization.configMapGenerator.map((map) => map.name));
    expect(settings.get('REDIS_URL')).to.equal('redis://redis:6379');
    one('Service', 'redis');
  });

  it('have services, policies and budgets that select the pods, by ports that they open', () => {
    const Selecting = z.looseObject({
      selector: z.record(z.string(), z.string()),
      ports: z.array(z.looseObject({ targetPort: z.string() })),
    });
    for (const [workload, ...services] of [
      [candado, one('Service', 'candado'), one('Service', 'candado-metrics')],
      [one('StatefulSet', 'redis'), one('Service', 'redis')],
    ] as const) {
      const { labels } = Workload.parse(workload).spec.template.metadata;
      const open = podOf(workload).containers.flatMap((item) =>
        item.ports.map((port) => port.name),
      );
      for (const service of services) {
        const { selector, ports } = Selecting.parse(service['spec']);
        expect(labels).to.include(selector);
        expect(open).to.include.members(ports.map((port) => port.targetPort));
      }
    }
    const { labels } = Workload.parse(candado).spec.template.metadata;
    const Selector = z.looseObject({ matchLabels: z.record(z.string(), z.string()) });
    const policy = z.looseObject({ podSelector: Selector });
    const budget = z.looseObject({ selector: Selector });
    expect(labels).to.include(
      policy.parse(one('NetworkPolicy', 'candado')['spec']).podSelector.matchLabels,
    );
    expect(labels).to.include(
      budget.parse(one('PodDisruptionBudget', 'candado')['spec']).selector.matchLabels,
    );
  });
});

const kubectl = spawnSync('kubectl', ['kustomize', fileURLToPath(base)], { encoding: 'utf8' });

// The files are checked above on every machine; only some machines have kubectl.
if (kubectl.error === undefined) {
  describe('the manifests that kubectl renders', () => {
    it('are all of them, and the generated settings', () => {
      expect(kubectl.stderr).to.equal('');
      const rendered = parseAll(kubectl.stdout).map((item) => item.kind);
      const expected = [...resources.map((item) => item.kind), 'ConfigMap'];
      expect(rendered.toSorted()).to.deep.equal(expected.toSorted());
    });

    it('know only fields and values that Kubernetes knows', async () => {
      const rendered = parseAll(kubectl.stdout);
      expect(await checkFields(rendered)).to.equal('');
      for (const resource of rendered) await checkValues(resource);
    }).timeout(30_000);
  });
}
