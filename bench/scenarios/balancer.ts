import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/integration/support/free-port.js';
import { compared } from '../parts/comparison.js';
import { HAPROXY_DEFAULTS } from '../parts/haproxy.js';
import type { Stage } from '../parts/stage.js';
import { timeRate } from '../parts/time-rate.js';
import type { Figure, Scenario } from '../scenario.js';

const [REQUESTS, ROUNDS] = [50_000, 5];
const [QUICK_REQUESTS, QUICK_ROUNDS] = [10_000, 2];
const ONE_BY_ONE = 1 / 10;
const WARM_UP = 10_000;

/** As in `deploy/haproxy`, but for the health checks: there is one replica. */
const configuration = (port: number, replica: number): string => `${HAPROXY_DEFAULTS}
frontend clients
  bind 127.0.0.1:${port}
  default_backend candado
backend candado
  server replica 127.0.0.1:${replica} send-proxy-v2
`;

export const balancer: Scenario = {
  name: 'balancer',
  shows: 'TIME through HAProxy, which runs where the load does, beside TIME without it',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const program = await stage.find('haproxy');
    if (program === undefined) return [];
    const direct = await stage.candado({}, { place: 'server' });
    const behind = await stage.candado(
      { PROXY_PROTOCOL: 'v2', TRUSTED_PROXIES: '127.0.0.1' },
      { place: 'server' },
    );
    const port = await freePort();
    const file = join(stage.folder, 'haproxy.cfg');
    await writeFile(file, configuration(port, behind.port));
    const args = ['-db', '-q', '-f', file];
    await stage.server(port, { what: 'HAProxy', program, args, place: 'load' });
    const load = await stage.load();
    const [requests, rounds] = stage.quick ? [QUICK_REQUESTS, QUICK_ROUNDS] : [REQUESTS, ROUNDS];
    const at = (connections: number, asked: number) => {
      const rate = (to: number) => (count: number) =>
        timeRate(load, {
          ...{ ports: [to], connections, pipeline: 1, requests: count, place: 'load' },
        });
      const [through, without] = [rate(port), rate(direct.port)];
      return compared(stage, {
        what: `TIME, ${connections === 1 ? '1 connection' : `${connections} connections`}`,
        ...{ unit: '/s', better: 'more', rounds },
        contenders: [
          { name: 'Candado behind HAProxy', measure: () => through(asked) },
          { name: 'Candado', measure: () => without(asked) },
        ],
      });
    };
    for (const to of [port, direct.port])
      await timeRate(load, {
        ...{ ports: [to], connections: 1, pipeline: 1, requests: WARM_UP, place: 'server' },
      });
    return [...(await at(1, requests * ONE_BY_ONE)), ...(await at(50, requests))];
  },
};
