import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from '../parts/load.js';
import type { Stage } from '../parts/stage.js';
import { median } from '../parts/statistics.js';
import {
  CANDADO,
  candadoAndFloor,
  REDIS,
  redisIfThere,
  TIME,
  type TimeServer,
} from '../parts/time-contenders.js';
import type { Figure, Scenario } from '../scenario.js';

const CONNECTIONS = 10_000;
const QUICK_CONNECTIONS = 2_000;

/** Opened at once: fewer than a server lets wait for being accepted. */
const AT_ONCE = 100;

/**
 * Loopback has many addresses, each with ports of its own; closed connections keep theirs for a minute,
 * and the fewer are free the longer the system looks for one.
 */
const OF_ONE_ADDRESS = 2_000;
let openedSoFar = 0;

/** Before the first look: enough for code to be compiled, too few to leave memory for all the others. */
const WARM_UP = 200;

/** What a server does about garbage and about who is gone, it has done by then. */
const SETTLE_MS = 700;

const [REQUESTS, ROUNDS] = [20_000, 3];
const [QUICK_REQUESTS, QUICK_ROUNDS] = [5_000, 2];

const MOST_BYTES = 6_000;
const MOST_SLOWER = 1.5;

export const idleConnections: Scenario = {
  name: 'idle-connections',
  shows: `what each of ${CONNECTIONS} idle connections takes, and how much they slow TIME down`,
  quick: false,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const servers = [...(await candadoAndFloor(stage, true)), await redisIfThere(stage)];
    const load = await stage.load();
    const figures: Figure[] = [];
    for (const server of servers)
      if (server !== undefined) figures.push(...(await measured(stage, load, server)));
    return figures;
  },
};

async function measured(stage: Stage, load: Load, server: TimeServer): Promise<Figure[]> {
  const count = stage.quick ? QUICK_CONNECTIONS : CONNECTIONS;
  const { name } = server;
  await closed(await asked(await opened(server.port, WARM_UP)));
  await p99(stage, load, server);
  const empty = await settled(server);
  let [afterOpening, afterCommand] = [Number.NaN, Number.NaN];
  const [without, withThem]: [number[], number[]] = [[], []];
  for (let round = 1; round <= (stage.quick ? QUICK_ROUNDS : ROUNDS); round++) {
    stage.say(`${name}: ${count} connections, round ${round}`);
    without.push(await p99(stage, load, server));
    const sockets = await opened(server.port, count);
    if (round === 1) afterOpening = ((await settled(server)) - empty) / count;
    await asked(sockets);
    if (round === 1) afterCommand = ((await settled(server)) - empty) / count;
    withThem.push(await p99(stage, load, server));
    await closed(sockets);
  }
  const slower = median(withThem) / median(without);
  const ours = name === CANDADO;
  const most = ours ? { atMost: MOST_BYTES } : {};
  return [
    { what: `${name}: a connection`, value: afterOpening, unit: 'bytes', ...most },
    { what: `${name}: the same after a command`, value: afterCommand, unit: 'bytes', ...most },
    {
      what: `${name}: p99 of TIME without them`,
      value: median(without),
      unit: 'µs',
      rounds: without,
    },
    {
      what: `${name}: p99 of TIME with them`,
      value: median(withThem),
      unit: 'µs',
      rounds: withThem,
    },
    {
      ...{ what: `${name}: the one beside the other`, value: slower, unit: '×' },
      ...(ours ? { atMost: MOST_SLOWER } : {}),
    },
  ];
}

/** Of TIME in µs, on one core: there nobody has to be woken. */
async function p99(stage: Stage, load: Load, server: TimeServer): Promise<number> {
  const { p99Us } = await load.run({
    ...{ ports: [server.port], connections: 1, pipeline: 1, request: TIME, reply: server.reply },
    ...{ requests: stage.quick ? QUICK_REQUESTS : REQUESTS, place: 'server' },
  });
  return p99Us;
}

/** What is resident when garbage is collected. */
async function settled({ name, process: server }: TimeServer): Promise<number> {
  await delay(SETTLE_MS);
  // Redis frees at once, and does not know the signal.
  if (name !== REDIS) server.signal('SIGUSR2');
  await delay(SETTLE_MS);
  return await server.residentBytes();
}

async function opened(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const localAddress = `127.0.1.${1 + (Math.floor(openedSoFar / OF_ONE_ADDRESS) % 250)}`;
    openedSoFar += AT_ONCE;
    const some = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, async () => {
      const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
      await once(socket, 'connect');
      return socket;
    });
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

/** Each sends one TIME. */
async function asked(sockets: readonly Socket[]): Promise<readonly Socket[]> {
  for (let from = 0; from < sockets.length; from += AT_ONCE)
    await Promise.all(
      sockets.slice(from, from + AT_ONCE).map(async (socket) => {
        socket.write(TIME);
        const [reply] = await once(socket, 'data');
        if (!String(reply).startsWith('*')) throw new Error(`TIME was answered ${String(reply)}`);
      }),
    );
  return sockets;
}

async function closed(sockets: readonly Socket[]): Promise<void> {
  const all = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.destroy();
  await Promise.all(all);
}
