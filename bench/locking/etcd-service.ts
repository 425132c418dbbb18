import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { freePort } from '../../test/integration/support/free-port.js';
import type { Stage } from '../parts/stage.js';
import { CONTENT, type Holder, type LockService } from './holder.js';

const LEASE_SECONDS = 600;

/** Its own locks and its own store, by its JSON interface. Undefined where it is not installed. */
export async function etcdIfThere(stage: Stage): Promise<LockService | undefined> {
  const program = await stage.find('etcd');
  if (program === undefined) return undefined;
  const [port, peers] = [await freePort(), await freePort()];
  const [url, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peers}`];
  const args = [
    ...['--data-dir', join(stage.folder, 'etcd'), '--log-level', 'error'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`],
  ];
  await stage.server(port, { what: 'etcd', program, args, place: 'server' });
  return {
    name: 'etcd',
    clients: 'load',
    async holder(file: string): Promise<Holder> {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      stage.defer(async () => agent.destroy());
      const ask = (path: string, body: object) => asked(agent, port, path, body);
      const { ID: lease } = await ask('lease/grant', { TTL: `${LEASE_SECONDS}` });
      let held: unknown;
      return {
        take: async () => {
          held = (await ask('lock/lock', { name: base64(`lock/${file}`), lease })).key;
        },
        put: async () => void (await ask('kv/put', { key: base64(file), value: base64(CONTENT) })),
        give: async () => void (await ask('lock/unlock', { key: held })),
      };
    },
  };
}

interface Answer {
  readonly ID?: string;
  readonly key?: string;
}

async function asked(agent: Agent, port: number, path: string, body: object): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port, path: `/v3/${path}`, method: 'POST', agent });
  sent.end(JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = await json(response);
  if (response.statusCode !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer as Answer;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
