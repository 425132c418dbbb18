import { expect } from 'chai';
import { z } from 'zod';
import { alertQueries, dashboardQueries, readAlerts } from '../support/queries.js';
import { ComposeProject } from './support/compose-project.js';
import { eventually } from './support/eventually.js';
import { Load } from './support/load.js';
import { scrapeInside } from './support/scrape.js';
import { ask } from './support/text-client.js';

const Targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ labels: z.object({ job: z.string() }), health: z.string() })),
  }),
});

const Samples = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

const Rules = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ name: z.string() })) })),
  }),
});

describe('docker compose', () => {
  let project: ComposeProject;

  before(async () => {
    project = await ComposeProject.up();
  });

  after(() => project.down());

  const scraped = async (job: string): Promise<number> => {
    const response = await fetch(`${await project.prometheusUrl()}/api/v1/targets`);
    return Targets.parse(await response.json()).data.activeTargets.filter(
      (target) => target.labels.job === job && target.health === 'up',
    ).length;
  };

  /** Asks the time over so many connections, and says how many each replica took. */
  const sharesOf = async (connections: number): Promise<number[]> => {
    const replicas = await project.containers('candado');
    const counts = (): Promise<number[]> =>
      Promise.all(
        replicas.map(
          async (id) => (await scrapeInside(id)).value('candado_connections_total') ?? 0,
        ),
      );
    const before = await counts();
    for (let index = 0; index < connections; index++) {
      expect(await ask('127.0.0.1', await project.port(), 'TIME')).to.match(/^\d{4}-/);
    }
    return (await counts()).map((count, index) => count - (before[index] ?? 0));
  };

  it('starts three replicas that share the connections', async () => {
    const shares = await sharesOf(15);
    expect(shares).to.have.length(3);
    for (const share of shares) expect(share).to.be.above(1);
  });

  it('lets Prometheus find every replica and HAProxy', async () => {
    await eventually(
      'Prometheus scrapes three replicas',
      async () => (await scraped('candado')) === 3,
    );
    await eventually('Prometheus scrapes HAProxy', async () => (await scraped('haproxy')) === 1);
  });

  it('loads the alert rules', async () => {
    const response = await fetch(`${await project.prometheusUrl()}/api/v1/rules?type=alert`);
    const { data } = Rules.parse(await response.json());
    const loaded = data.groups.flatMap((group) => group.rules.map((rule) => rule.name));
    expect(loaded).to.have.members(readAlerts().map((rule) => rule.alert));
  });

  it('has a Prometheus that understands every query of dashboard and alerts', async () => {
    const url = `${await project.prometheusUrl()}/api/v1/query`;
    for (const { source, expr } of [...dashboardQueries(), ...alertQueries()]) {
      const body = new URLSearchParams({ query: expr });
      const reply = await fetch(url, { method: 'POST', body });
      expect(reply.status, `${source}: ${await reply.text()}`).to.equal(200);
    }
  });

  it('gives data to every panel of the dashboard once there is a load', async () => {
    const url = `${await project.prometheusUrl()}/api/v1/query`;
    const hasData = async (expr: string): Promise<boolean> => {
      const reply = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ query: expr }),
      });
      const { data } = Samples.parse(await reply.json());
      return data.result.some(({ value: [, value] }) => value !== 'NaN');
    };
    const port = await project.port();
    await using load = await Load.start(port, 6);
    const empty = new Map(dashboardQueries('1m').map(({ source, expr }) => [source + expr, expr]));
    await eventually(
      'every query returns data',
      async () => {
        load.check();
        for (const [key, expr] of empty) if (await hasData(expr)) empty.delete(key);
        if (empty.size > 0) throw new Error(`no data yet: ${[...empty.keys()].join('\n')}`);
        return true;
      },
      60_000,
    );
  });

  it('takes two more replicas in by itself', async () => {
    await project.scale(5);
    await eventually(
      'five replicas share the connections',
      async () => (await sharesOf(15)).filter((share) => share > 0).length === 5,
    );
    await eventually(
      'Prometheus scrapes five replicas',
      async () => (await scraped('candado')) === 5,
    );
  });
});
