import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/integration/support/free-port.js';
import { compared } from '../parts/comparison.js';
import { httpGet, nginxIfThere } from '../parts/nginx.js';
import { replyLength } from '../parts/reply-length.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const NAME = 'small.txt';
const CONTENT = 'x'.repeat(1_000);
const GET = `*2\r\n$3\r\nGET\r\n$${NAME.length}\r\n${NAME}\r\n`;
const FILE_STREAM = fileURLToPath(new URL('../servers/file-stream.js', import.meta.url));

const CONNECTIONS = 8;
const [REQUESTS, ROUNDS] = [200_000, 5];
const [QUICK_REQUESTS, QUICK_ROUNDS] = [5_000, 2];
const WARM_UP = 5_000;

const NGINX = 'nginx';
const LEAST_BESIDE_NGINX = 0.6;

interface Server {
  readonly name: string;
  readonly port: number;
  readonly request: string;
  readonly expected: string;
}

export const getSmall: Scenario = {
  name: 'get-small',
  shows: `GET of 1 kB on ${CONNECTIONS} connections, on two cores`,
  quick: true,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const servers = [
      await candado(stage),
      await fileStream(stage),
      await nginx(stage),
      await redis(stage),
    ].filter((server) => server !== undefined);
    const load = await stage.load();
    const measures = servers.map(async ({ port, request, expected }) => {
      const reply = { bytes: await replyLength(port, request, expected) };
      return async (requests: number): Promise<number> => {
        const { seconds } = await load.run({
          ...{ ports: [port], connections: CONNECTIONS, pipeline: 1, requests },
          ...{ request, reply, place: 'load' },
        });
        return requests / seconds;
      };
    });
    const rates = await Promise.all(measures);
    for (const rate of rates) await rate(WARM_UP);
    const [requests, rounds] = stage.quick ? [QUICK_REQUESTS, QUICK_ROUNDS] : [REQUESTS, ROUNDS];
    return await compared(stage, {
      what: `GET of 1 kB, ${CONNECTIONS} connections`,
      ...{ unit: '/s', better: 'more', rounds },
      contenders: servers.map(({ name }, index) => ({
        name,
        measure: async () => (await rates[index]?.(requests)) ?? Number.NaN,
      })),
      limits: { [NGINX]: { atLeast: LEAST_BESIDE_NGINX } },
    });
  },
};

async function candado(stage: Stage): Promise<Server> {
  const { port } = await stage.candado({}, { place: 'server' });
  const client = await stage.connect(port);
  await client.call('LOCK', NAME);
  await client.call('PUT', NAME, CONTENT);
  return { name: 'Candado', port, request: GET, expected: `$${CONTENT.length}\r\n` };
}

async function fileStream(stage: Stage): Promise<Server> {
  const folder = await plainFolder(stage);
  const port = await freePort();
  await stage.server(port, {
    what: 'file stream',
    program: process.execPath,
    args: [FILE_STREAM, join(folder, NAME), `${CONTENT.length}`, `${port}`],
    place: 'server',
  });
  const name = 'a file stream a request';
  return { name, port, request: GET, expected: `$${CONTENT.length}\r\n` };
}

async function nginx(stage: Stage): Promise<Server | undefined> {
  const port = await nginxIfThere(stage, await plainFolder(stage), 'server');
  if (port === undefined) return undefined;
  return { name: NGINX, port, request: httpGet(NAME), expected: 'HTTP/1.1 200 ' };
}

async function redis(stage: Stage): Promise<Server | undefined> {
  if ((await stage.find('redis-server')) === undefined) return undefined;
  const { port } = await stage.redis('server');
  await (await stage.connect(port)).call('SET', NAME, CONTENT);
  return { name: 'Redis', port, request: GET, expected: `$${CONTENT.length}\r\n` };
}

async function plainFolder(stage: Stage): Promise<string> {
  const folder = join(stage.folder, 'plain');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, NAME), CONTENT);
  return folder;
}
