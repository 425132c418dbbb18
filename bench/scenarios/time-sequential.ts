import { compared } from '../parts/comparison.js';
import type { Place } from '../parts/pins.js';
import type { Stage } from '../parts/stage.js';
import {
  C_ECHO,
  candadoAndFloor,
  echoIfThere,
  FLOOR,
  redisIfThere,
  TIME,
  type TimeServer,
} from '../parts/time-contenders.js';
import type { Figure, Scenario } from '../scenario.js';

const REQUESTS = 100_000;
const QUICK_REQUESTS = 10_000;

/** Each takes up to thirty times as long where another processor has to be woken. */
const ON_TWO = 20_000;
const QUICK_ON_TWO = 2_000;
const ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** Until the code of a server is compiled. */
const WARM_UP = 20_000;

const MOST_BESIDE_FLOOR = 1;
const MOST_BESIDE_C = 1.08;

export const timeSequential: Scenario = {
  name: 'time-sequential',
  shows:
    'TIME, one after the other on one connection, with client and server on one core and on two',
  quick: true,

  async run(stage: Stage): Promise<readonly Figure[]> {
    const load = await stage.load();
    const servers = [
      ...(await candadoAndFloor(stage)),
      await redisIfThere(stage),
      await echoIfThere(stage),
    ].filter((server) => server !== undefined);
    const asked = async (server: TimeServer, requests: number, place: Place) =>
      await load.run({
        ...{ ports: [server.port], connections: 1, pipeline: 1, requests },
        ...{ request: TIME, reply: server.reply, place },
      });
    for (const server of servers) await asked(server, WARM_UP, 'server');

    const at = (
      requests: number,
      place: Place,
      where: string,
      limits: Readonly<Record<string, Partial<Figure>>>,
    ) =>
      compared(stage, {
        what: `${requests} TIME, ${where}`,
        ...{ unit: 's', better: 'less', rounds: stage.quick ? QUICK_ROUNDS : ROUNDS, limits },
        contenders: servers.map((server) => ({
          name: server.name,
          measure: async () => (await asked(server, requests, place)).seconds,
        })),
      });
    const [onOne, onTwo] = stage.quick ? [QUICK_REQUESTS, QUICK_ON_TWO] : [REQUESTS, ON_TWO];
    if (!stage.pins.both)
      return await at(onOne, 'anywhere', 'not pinned', { [FLOOR]: { atMost: MOST_BESIDE_FLOOR } });
    return [
      ...(await at(onOne, 'server', 'one core', { [FLOOR]: { atMost: MOST_BESIDE_FLOOR } })),
      ...(await at(onTwo, 'load', 'two cores', { [C_ECHO]: { atMost: MOST_BESIDE_C } })),
    ];
  },
};
