import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/integration/support/free-port.js';
import { COLLECTS } from './candado.js';
import type { LoadWish } from './load.js';
import type { ServerProcess } from './server-process.js';
import type { Stage } from './stage.js';

const BARE = fileURLToPath(new URL('../servers/bare-resp.js', import.meta.url));

/** Names of peers, as limits refer to them. */
export const CANDADO = 'Candado';
export const FLOOR = 'bare RESP on Node.js';
export const REDIS = 'Redis';
export const C_ECHO = 'blocking C';

export const TIME = '*1\r\n$4\r\nTIME\r\n';

/** As RESP writes it: the array, and two strings with their lengths. */
export const TIME_LINES = 5;

/** Who answers TIME, or at least as many bytes. */
export interface TimeServer {
  readonly name: string;
  readonly port: number;
  /** Where a reply to {@link TIME} ends. */
  readonly reply: LoadWish['reply'];
  readonly process: ServerProcess;
}

/** @param collects whether programs of Node.js collect their garbage on SIGUSR2 */
export async function candadoAndFloor(stage: Stage, collects = false): Promise<TimeServer[]> {
  const candado = await stage.candado({}, { place: 'server', collects });
  const port = await freePort();
  const floor = await stage.server(port, {
    what: FLOOR,
    program: process.execPath,
    args: [...(collects ? COLLECTS : []), BARE, `${port}`],
    place: 'server',
  });
  const reply = { lines: TIME_LINES };
  return [
    { name: CANDADO, port: candado.port, process: candado.process, reply },
    { name: FLOOR, port, process: floor, reply },
  ];
}

/** Undefined where it is not installed. */
export async function redisIfThere(stage: Stage): Promise<TimeServer | undefined> {
  if ((await stage.find('redis-server')) === undefined) return undefined;
  const redis = await stage.redis('server');
  const reply = { lines: TIME_LINES };
  return { name: REDIS, port: redis.port, process: redis.process, reply };
}

/** Writes back what it reads. Undefined where there is no compiler. */
export async function echoIfThere(stage: Stage): Promise<TimeServer | undefined> {
  const program = await stage.compile('echo');
  if (program === undefined) return undefined;
  const port = await freePort();
  const process = await stage.server(port, {
    ...{ what: C_ECHO, program, args: [`${port}`], place: 'server' },
  });
  return { name: C_ECHO, port, process, reply: { bytes: TIME.length } };
}
