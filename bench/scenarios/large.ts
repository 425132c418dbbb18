import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../test/integration/support/free-port.js';
import type { Candado } from '../parts/candado.js';
import { httpGet, nginxIfThere } from '../parts/nginx.js';
import { PlainStreamProcess } from '../parts/plain-stream-process.js';
import type { Stage } from '../parts/stage.js';
import { median } from '../parts/statistics.js';
import type { Figure, Scenario } from '../scenario.js';

const MIB = 1024 * 1024;
const SIZE_MIB = 1000;
const QUICK_SIZE_MIB = 200;
const ROUNDS = 5;
const QUICK_ROUNDS = 3;

const LEAST_SHARE = 0.5;
const LEAST_BESIDE_NGINX = 0.7;
const MOST_RESIDENT_MIB = 150;

export const large: Scenario = {
  name: 'large',
  shows: 'a large content both ways, beside cp and sync, a stream of Node.js and nginx',
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const [sizeMib, rounds] = stage.quick ? [QUICK_SIZE_MIB, QUICK_ROUNDS] : [SIZE_MIB, ROUNDS];
    const source = join(stage.folder, 'source');
    await writeRandom(source, sizeMib);
    const candado = await stage.candado();
    const plain = await PlainStreamProcess.start(source, await freePort());
    stage.defer(() => plain[Symbol.asyncDispose]());
    const nginx = await nginxIfThere(stage, stage.folder);
    const seconds = { put: [], copy: [], get: [], stream: [], nginx: [] } as Record<Way, number[]>;
    for (let round = 1; round <= rounds; round++) {
      stage.say(`${sizeMib} MiB in and out, round ${round} of ${rounds}`);
      seconds.copy.push(await timed(() => copy(source, join(stage.folder, `copy-${round}`))));
      seconds.put.push(await timed(() => put(candado.port, `large-${round}`, sizeMib)));
      seconds.stream.push(await timed(() => drain(plain.port, '', sizeMib)));
      seconds.get.push(await timed(() => drain(candado.port, get(`large-${round}`), sizeMib)));
      if (nginx !== undefined)
        seconds.nginx.push(await timed(() => drain(nginx, httpGet('source'), sizeMib)));
    }
    return figures(seconds, sizeMib, await peakMib(candado));
  },
};

type Way = 'put' | 'copy' | 'get' | 'stream' | 'nginx';

function figures(
  seconds: Readonly<Record<Way, readonly number[]>>,
  sizeMib: number,
  peak: number,
): readonly Figure[] {
  const rate = (way: Way): number => sizeMib / median(seconds[way]);
  const unit = 'MiB/s';
  return [
    { what: 'cp and sync', value: rate('copy'), unit },
    { what: 'PUT, durable', value: rate('put'), unit },
    {
      ...{ what: 'PUT beside cp and sync', value: rate('put') / rate('copy'), unit: '×' },
      faster: rate('put') / rate('copy'),
      atLeast: LEAST_SHARE,
    },
    { what: 'a stream of Node.js', value: rate('stream'), unit },
    { what: 'GET', value: rate('get'), unit },
    {
      ...{ what: 'GET beside a stream of Node.js', value: rate('get') / rate('stream'), unit: '×' },
      faster: rate('get') / rate('stream'),
      atLeast: LEAST_SHARE,
    },
    ...(seconds.nginx.length > 0 ? besideNginx(rate('get'), rate('nginx')) : []),
    { what: 'peak memory of the replica', value: peak, unit: 'MiB', atMost: MOST_RESIDENT_MIB },
  ];
}

function besideNginx(get: number, nginx: number): Figure[] {
  const value = get / nginx;
  return [
    { what: 'nginx', value: nginx, unit: 'MiB/s' },
    {
      ...{ what: 'GET beside nginx', value, unit: '×', faster: value },
      atLeast: LEAST_BESIDE_NGINX,
    },
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1_000;
}

async function writeRandom(path: string, sizeMib: number): Promise<void> {
  const file = await open(path, 'wx');
  for (let at = 0; at < sizeMib; at++) await file.write(randomBytes(MIB));
  await file.sync();
  await file.close();
}

/**
 * Writes a file that was not there, as a `PUT` does. Where it took the place of one that is removed
 * just before, it would get that one's memory, still at hand, for its pages, and the `PUT` would not:
 * on a virtual machine, whose host takes back what is free, that makes `cp` up to three times faster.
 */
async function copy(from: string, to: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', 'cp "$1" "$2" && sync "$2"', 'sh', from, to]);
}

async function put(port: number, name: string, sizeMib: number): Promise<void> {
  const socket = await connected(port);
  const head = `*5\r\n$3\r\nPUT\r\n$${name.length}\r\n${name}\r\n$${sizeMib * MIB}\r\n`;
  socket.write(head);
  const block = randomBytes(MIB);
  for (let at = 0; at < sizeMib; at++) if (!socket.write(block)) await once(socket, 'drain');
  socket.write('\r\n$7\r\nVERSION\r\n$1\r\n0\r\n');
  const [reply] = await once(socket, 'data');
  socket.destroy();
  if (!String(reply).startsWith(':')) throw new Error(`PUT was answered ${String(reply)}`);
}

const get = (name: string): string => `*2\r\n$3\r\nGET\r\n$${name.length}\r\n${name}\r\n`;

/** Reads as much as was asked for, and looks at none of it. */
async function drain(port: number, request: string, sizeMib: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(MIB);
  let left = sizeMib * MIB;
  const done = Promise.withResolvers<void>();
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer,
      callback: (bytes) => {
        left -= bytes;
        if (left <= 0) done.resolve();
        return true;
      },
    },
  });
  socket.on('error', done.reject);
  socket.write(request);
  await done.promise;
  socket.destroy();
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function peakMib(candado: Candado): Promise<number> {
  return (await candado.peakBytes()) / MIB;
}
