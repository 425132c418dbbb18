import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../test/integration/support/free-port.js';
import { Authority } from '../../test/support/certificates.js';
import { compared } from '../parts/comparison.js';
import { HAPROXY_DEFAULTS } from '../parts/haproxy.js';
import { RespConnection } from '../parts/resp-connection.js';
import type { Stage } from '../parts/stage.js';
import type { Figure, Scenario } from '../scenario.js';

const CONNECTIONS = 8;
const [SECONDS, ROUNDS] = [2, 5];
const [QUICK_SECONDS, QUICK_ROUNDS] = [0.5, 2];

/** One backend, reached in the clear and by TLS. */
const configuration = (
  clear: number,
  secure: number,
  replica: number,
  pem: string,
): string => `${HAPROXY_DEFAULTS}
frontend clear
  bind 127.0.0.1:${clear}
  default_backend candado
frontend secure
  bind 127.0.0.1:${secure} ssl crt ${pem}
  default_backend candado
backend candado
  server replica 127.0.0.1:${replica}
`;

export const tls: Scenario = {
  name: 'tls',
  shows: 'TIME by TLS, which HAProxy ends where the load runs, beside TIME through it in the clear',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const program = await stage.find('haproxy');
    if (program === undefined) return [];
    const candado = await stage.candado({}, { place: 'server' });
    const authority = new Authority();
    const [clear, secure] = [await freePort(), await freePort()];
    const file = await written(stage, authority, [clear, secure, candado.port]);
    const args = ['-db', '-q', '-f', file];
    await stage.server(clear, { what: 'HAProxy', program, args, place: 'load' });
    await stage.move('load');
    const { certificate } = authority;
    const contender = async (name: string, open: () => Promise<RespConnection>) => {
      const connections = await Promise.all(Array.from({ length: CONNECTIONS }, open));
      for (const connection of connections) stage.defer(async () => connection.close());
      const seconds = stage.quick ? QUICK_SECONDS : SECONDS;
      await rate(connections, seconds);
      return { name, measure: () => rate(connections, seconds) };
    };
    return await compared(stage, {
      what: `TIME, ${CONNECTIONS} connections`,
      ...{ unit: '/s', better: 'more', rounds: stage.quick ? QUICK_ROUNDS : ROUNDS },
      contenders: [
        await contender('by TLS', () => RespConnection.openSecurely(secure, certificate)),
        await contender('in the clear', () => RespConnection.open(clear)),
      ],
    });
  },
};

async function written(
  stage: Stage,
  authority: Authority,
  [clear, secure, replica]: readonly [number, number, number],
): Promise<string> {
  const folder = join(stage.folder, 'tls');
  await mkdir(folder);
  const [file, pem] = [join(folder, 'haproxy.cfg'), join(folder, 'server.pem')];
  const { certificate, key } = authority.issue();
  await writeFile(pem, `${certificate}${key}`, { mode: 0o600 });
  await writeFile(file, configuration(clear, secure, replica, pem));
  return file;
}

async function rate(connections: readonly RespConnection[], seconds: number): Promise<number> {
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  let asked = 0;
  await Promise.all(
    connections.map(async (connection) => {
      for (; performance.now() < endMs; asked++) await connection.call('TIME');
    }),
  );
  return (asked / (performance.now() - startMs)) * 1_000;
}
